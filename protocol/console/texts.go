package console

import (
	"maps"

	"xiangyun/protocol/page"
)

// texts is the catalogue that both consoles share: words of the frame, and the
// closed words of the protocol in both languages.
var texts = join(frameTexts, stateTexts, actTexts, catalogueTexts, serviceTexts, accountTexts, lawTexts, deskTexts)

func join(all ...page.Texts) page.Texts {
	out := page.Texts{}
	for _, t := range all {
		maps.Copy(out, t)
	}
	return out
}

var frameTexts = page.Texts{
	"console.and":            {ZH: "、", EN: ", "},
	"console.semicolon":      {ZH: "；", EN: "; "},
	"console.province":       {ZH: "省级", EN: "Province"},
	"console.all":            {ZH: "全部", EN: "All"},
	"console.option":         {ZH: "{1}（{2}）", EN: "{1} ({2})"},
	"console.total":          {ZH: "共 {1} 条", EN: "{1} in all"},
	"console.none-found":     {ZH: "没有符合条件的记录", EN: "Nothing matches"},
	"console.none-found-do":  {ZH: "请换个词或清除条件后再查。", EN: "Try another word or clear the filter."},
	"console.state":          {ZH: "状态", EN: "State"},
	"console.updated":        {ZH: "更新日期", EN: "Updated"},
	"console.reason":         {ZH: "原因", EN: "Reason"},
	"console.history":        {ZH: "办理过程", EN: "History"},
	"console.no-history":     {ZH: "这里没有留存办理过程。", EN: "No history is kept here."},
	"console.recorded":       {ZH: "省级已登记", EN: "on record"},
	"console.index":          {ZH: "省级序号 {1}", EN: "provincial index {1}"},
	"console.unsent":         {ZH: "待省级登记", EN: "not on record yet"},
	"console.unsent-note":    {ZH: "已在本地生效并保存，连上省级后自动登记。", EN: "In force and saved here; it is recorded once the province is reached."},
	"console.refused":        {ZH: "按规定不能这样办理", EN: "A rule does not allow this"},
	"console.refused-do":     {ZH: "没有保存任何内容。请返回上一页，按提示处理后重新提交。", EN: "Nothing was saved. Go back, follow the sentence above and submit again."},
	"console.expired":        {ZH: "登录已过期，请重新登录后再操作。", EN: "Your session has ended. Log in and try again."},
	"console.expired-kept":   {ZH: "登录已过期。已填写的内容没有丢失：重新登录后回到原表单，请核对后提交。", EN: "Your session has ended. What you typed is kept: log in to return to the form, check it and submit."},
	"console.expired-files":  {ZH: "登录已过期。已填写的内容没有丢失：重新登录后回到原表单；刚选择的扫描件须重新选择。", EN: "Your session has ended. What you typed is kept: log in to return to the form. The files just chosen must be chosen again."},
	"console.wrong-password": {ZH: "账号或密码不正确，请核对后重试。多次错误会锁定一小时。", EN: "Wrong account or password. Several wrong attempts lock the account for an hour."},
	"console.logged-out":     {ZH: "已退出登录。", EN: "You are logged out."},

	"role.clerk":    {ZH: "窗口受理", EN: "Window clerk"},
	"role.acceptor": {ZH: "受理审核", EN: "Acceptor"},
	"role.decider":  {ZH: "决定", EN: "Decider"},
	"role.editor":   {ZH: "编目", EN: "Editor"},
	"role.reviewer": {ZH: "审核", EN: "Reviewer"},
	"role.operator": {ZH: "运维", EN: "Operator"},
	"role.auditor":  {ZH: "审计", EN: "Auditor"},

	"by.local":     {ZH: "命令行", EN: "Command line"},
	"by.steward":   {ZH: "系统", EN: "System"},
	"by.system":    {ZH: "系统", EN: "System"},
	"by.enrolment": {ZH: "接入", EN: "Enrolment"},

	"nav.catalogue": {ZH: "数据目录", EN: "Data catalogue"},
	"nav.items":     {ZH: "服务事项", EN: "Service items"},

	"clock.k1":        {ZH: "一次性告知", EN: "One-time notice"},
	"clock.k2":        {ZH: "承诺时限", EN: "Promised limit"},
	"clock.k3":        {ZH: "法定时限", EN: "Legal limit"},
	"due.left":        {ZH: "剩 {1} 个工作日", EN: "{1} working {1?day:days} left"},
	"due.today":       {ZH: "今日到期", EN: "Due today"},
	"due.over":        {ZH: "超期 {1} 个工作日", EN: "{1} working {1?day:days} overdue"},
	"due.provisional": {ZH: "（暂定）", EN: " (provisional)"},
}

var stateTexts = page.Texts{
	"state.case.received":     {ZH: "已收件", EN: "Received"},
	"state.case.handing-over": {ZH: "移交中", EN: "Handing over"},
	"state.case.arrived":      {ZH: "已到达", EN: "Arrived"},
	"state.case.accepted":     {ZH: "已受理", EN: "Accepted"},
	"state.case.granted":      {ZH: "准予", EN: "Granted"},
	"state.case.denied":       {ZH: "不予", EN: "Denied"},
	"state.case.refused":      {ZH: "不予受理", EN: "Not accepted"},
	"state.case.withdrawn":    {ZH: "已撤回", EN: "Withdrawn"},
	"state.case.delivered":    {ZH: "已送达", EN: "Delivered"},

	"state.item.published": {ZH: "已发布", EN: "Published"},
	"state.item.suspended": {ZH: "已停用", EN: "Suspended"},
	"state.item.withdrawn": {ZH: "已撤回", EN: "Withdrawn"},

	"state.request.filed":    {ZH: "待答复", EN: "Waiting"},
	"state.request.done":     {ZH: "已办理", EN: "Done"},
	"state.request.declined": {ZH: "未同意", EN: "Declined"},

	"state.changeset.submitted": {ZH: "待一审", EN: "Awaiting first review"},
	"state.changeset.reviewed":  {ZH: "已一审", EN: "First review passed"},
	"state.changeset.approved":  {ZH: "二审通过", EN: "Approved"},
	"state.changeset.returned":  {ZH: "已退回", EN: "Returned"},
	"state.changeset.withdrawn": {ZH: "已撤回", EN: "Withdrawn"},
	"state.review.waiting":      {ZH: "待省级二审", EN: "Awaiting the province"},
	"state.review.approved":     {ZH: "省级已通过", EN: "Approved by the province"},
	"state.review.returned":     {ZH: "省级已退回", EN: "Returned by the province"},

	"state.listing.approved": {ZH: "待发布", EN: "Awaiting release"},
	"state.listing.listed":   {ZH: "已发布", EN: "Released"},
	"state.listing.withheld": {ZH: "暂停展示", EN: "Withheld"},
	"state.listing.retired":  {ZH: "已下架", EN: "Retired"},

	"state.node.planned":  {ZH: "待接入", EN: "Planned"},
	"state.node.enrolled": {ZH: "在用", EN: "Enrolled"},
	"state.node.fenced":   {ZH: "已隔离", EN: "Fenced"},
	"state.node.revoked":  {ZH: "已注销", EN: "Revoked"},

	"state.agency.active":    {ZH: "在用", EN: "Active"},
	"state.agency.disabled":  {ZH: "已停用", EN: "Disabled"},
	"state.account.active":   {ZH: "在用", EN: "Active"},
	"state.account.disabled": {ZH: "已停用", EN: "Disabled"},

	"state.outcome.refused":     {ZH: "被退回", EN: "Refused"},
	"state.outcome.queued":      {ZH: "排队等待", EN: "Queued"},
	"state.outcome.quarantined": {ZH: "已隔离待查", EN: "Quarantined"},
	"state.outcome.parked":      {ZH: "等待升级", EN: "Parked"},
	"state.outcome.superseded":  {ZH: "已被替代", EN: "Superseded"},
	"state.outcome.orphan":      {ZH: "未进入省级日志", EN: "Not in the provincial journal"},
	"state.outcome.applied":     {ZH: "已登记", EN: "Recorded"},
	"state.outcome.duplicate":   {ZH: "重复", EN: "Duplicate"},
}

var actTexts = page.Texts{
	"act.case.receive":     {ZH: "收件", EN: "Received"},
	"act.case.hand-over":   {ZH: "移交", EN: "Handed over"},
	"act.case.acknowledge": {ZH: "签收", EN: "Arrival signed"},
	"act.case.accept":      {ZH: "受理", EN: "Accepted"},
	"act.case.resurrect":   {ZH: "凭收件凭证恢复", EN: "Brought back from the receipt"},
	"act.case.refuse":      {ZH: "不予受理", EN: "Not accepted"},
	"act.case.grant":       {ZH: "准予", EN: "Granted"},
	"act.case.deny":        {ZH: "不予", EN: "Denied"},
	"act.case.deliver":     {ZH: "送达", EN: "Delivered"},
	"act.case.withdraw":    {ZH: "撤回", EN: "Withdrawn"},

	"act.basic.publish":          {ZH: "发布", EN: "Published"},
	"act.basic.retire":           {ZH: "取消", EN: "Retired"},
	"act.card.fire":              {ZH: "发牌", EN: "Fired"},
	"act.card.confirm":           {ZH: "确认", EN: "Confirmed"},
	"act.card.void":              {ZH: "作废", EN: "Voided"},
	"act.card.answer":            {ZH: "答复", EN: "Answered"},
	"act.card.close":             {ZH: "销号", EN: "Closed"},
	"act.card.reject":            {ZH: "退回答复", EN: "Answer rejected"},
	"act.complaint.file":         {ZH: "登记投诉", EN: "Filed"},
	"act.complaint.accept":       {ZH: "受理", EN: "Accepted"},
	"act.complaint.refuse":       {ZH: "不予受理", EN: "Not accepted"},
	"act.complaint.verify":       {ZH: "核实", EN: "Verified"},
	"act.complaint.handle":       {ZH: "处理", EN: "Handled"},
	"act.complaint.tell":         {ZH: "告知", EN: "Told"},
	"act.evaluation.give":        {ZH: "评价", EN: "Given"},
	"act.mark.set":               {ZH: "标注异议", EN: "Marked"},
	"act.mark.lift":              {ZH: "撤下标注", EN: "Mark lifted"},
	"act.objection.file":         {ZH: "提出异议", EN: "Filed"},
	"act.objection.mark":         {ZH: "标注", EN: "Marked"},
	"act.objection.decide":       {ZH: "作出决定", EN: "Decided"},
	"act.objection.transfer":     {ZH: "转交部门", EN: "Transferred"},
	"act.objection.dept-receive": {ZH: "部门收到", EN: "Received by the department"},
	"act.objection.dept-decide":  {ZH: "部门决定", EN: "Decided by the department"},
	"act.objection.tell":         {ZH: "告知", EN: "Told"},
	"act.objection.close":        {ZH: "结案", EN: "Closed"},
	"act.parcel.open":            {ZH: "登记原件", EN: "Opened"},
	"act.parcel.seal":            {ZH: "封装", EN: "Sealed"},
	"act.parcel.dispatch":        {ZH: "交寄", EN: "Dispatched"},
	"act.parcel.scan":            {ZH: "物流信息", EN: "Courier scan"},
	"act.parcel.count-in":        {ZH: "清点接收", EN: "Counted in"},
	"act.parcel.use":             {ZH: "领用", EN: "Taken into use"},
	"act.parcel.return":          {ZH: "退还", EN: "Returned"},
	"act.parcel.dispute":         {ZH: "提出争议", EN: "Disputed"},
	"act.parcel.settle":          {ZH: "了结争议", EN: "Settled"},
	"act.remedy.open":            {ZH: "开始整改", EN: "Opened"},
	"act.remedy.verify":          {ZH: "核实", EN: "Verified"},
	"act.remedy.fix":             {ZH: "整改", EN: "Fixed"},
	"act.remedy.answer":          {ZH: "答复", EN: "Answered"},
	"act.remedy.close":           {ZH: "办结", EN: "Closed"},

	"act.item.publish":     {ZH: "发布", EN: "Published"},
	"act.item.suspend":     {ZH: "停用", EN: "Suspended"},
	"act.item.withdraw":    {ZH: "撤回", EN: "Withdrawn"},
	"act.guide.publish":    {ZH: "发布指南", EN: "Guide published"},
	"act.request.file":     {ZH: "提出请求", EN: "Filed"},
	"act.request.answer":   {ZH: "办理", EN: "Done"},
	"act.request.decline":  {ZH: "不同意", EN: "Declined"},
	"act.calendar.publish": {ZH: "发布日历", EN: "Calendar published"},
	"act.blob.commit":      {ZH: "附件登记", EN: "File on record"},

	"act.entry.submit":           {ZH: "报送", EN: "Submitted"},
	"act.entry.withdraw":         {ZH: "撤回", EN: "Withdrawn"},
	"act.changeset.submit":       {ZH: "报送批次", EN: "Submitted"},
	"act.changeset.first-review": {ZH: "一审通过", EN: "First review passed"},
	"act.changeset.conclude":     {ZH: "收到省级决定", EN: "Decision noted"},
	"act.changeset.withdraw":     {ZH: "撤回批次", EN: "Withdrawn"},
	"act.review.approve":         {ZH: "二审通过", EN: "Approved"},
	"act.review.return":          {ZH: "二审退回", EN: "Returned"},
	"act.revision.put":           {ZH: "登记内容", EN: "Content registered"},
	"act.listing.approve":        {ZH: "审核通过，待发布", EN: "Approved, awaiting release"},
	"act.listing.release":        {ZH: "随版本发布", EN: "Released"},
	"act.listing.withhold":       {ZH: "暂停展示", EN: "Withheld"},
	"act.listing.restore":        {ZH: "恢复展示", EN: "Restored"},
	"act.listing.retire":         {ZH: "下架", EN: "Retired"},
	"act.release.publish":        {ZH: "发布版本", EN: "Released"},

	"act.node.plan":        {ZH: "规划", EN: "Planned"},
	"act.node.enroll":      {ZH: "接入", EN: "Enrolled"},
	"act.node.fence":       {ZH: "隔离", EN: "Fenced"},
	"act.node.revoke":      {ZH: "注销", EN: "Revoked"},
	"act.agency.register":  {ZH: "登记", EN: "Registered"},
	"act.agency.update":    {ZH: "变更", EN: "Changed"},
	"act.agency.disable":   {ZH: "停用", EN: "Disabled"},
	"act.account.create":   {ZH: "开通账号", EN: "Account created"},
	"act.account.change":   {ZH: "变更账号", EN: "Account changed"},
	"act.account.disable":  {ZH: "停用账号", EN: "Account disabled"},
	"act.enrolment.issue":  {ZH: "发放令牌", EN: "Token issued"},
	"act.enrolment.use":    {ZH: "使用令牌", EN: "Token used"},
	"act.enrolment.cancel": {ZH: "作废令牌", EN: "Token cancelled"},
	"act.numblock.issue":   {ZH: "分配号段", EN: "Numbers issued"},
}
