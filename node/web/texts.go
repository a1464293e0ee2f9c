package web

import (
	"maps"

	"xiangyun/protocol/page"
)

// texts is the workbench's own catalogue.
func texts() page.Texts {
	all := page.Texts{}
	for _, t := range []page.Texts{frameTexts, caseTexts, actTexts, intakeTexts, dataTexts, placeTexts, inboxTexts, formTexts, lawTexts, custodyTexts} {
		maps.Copy(all, t)
	}
	return all
}

var frameTexts = page.Texts{
	"nav.home":       {ZH: "今日工作", EN: "Today"},
	"nav.window":     {ZH: "窗口办理", EN: "Window"},
	"nav.intake":     {ZH: "收件登记", EN: "Intake"},
	"nav.cases":      {ZH: "办件队列", EN: "Cases"},
	"nav.data":       {ZH: "数据与请求", EN: "Data and requests"},
	"nav.changesets": {ZH: "目录报送", EN: "Submissions"},
	"nav.requests":   {ZH: "请求与答复", EN: "Requests"},
	"nav.place":      {ZH: "本地运行", EN: "This node"},
	"nav.work":       {ZH: "待处理", EN: "Work list"},
	"nav.status":     {ZH: "运行状态", EN: "Status"},

	"strip.unknown":  {ZH: "本节点的状态暂时无法读取", EN: "The state of this node cannot be read"},
	"strip.frozen":   {ZH: "本节点已暂停办理", EN: "This node has stopped taking acts"},
	"notice.frozen":  {ZH: "本节点已暂停办理新业务：{1} 已有数据可以查询。", EN: "This node takes no new acts: {1} Records can still be read."},
	"notice.numbers": {ZH: "收件号仅剩 {1} 个。保持联网会自动补充；如长时间断网，请联系省级管理员。", EN: "Only {1} receipt {1?number is:numbers are} left. They are refilled while connected; after a long cut, ask the province."},
	"notice.clock":   {ZH: "本机时钟不准，请运维人员校正；收件和办理照常。", EN: "This machine's clock is wrong; the operator should correct it. Intake and acts go on."},
	"strip.scans":    {ZH: "待传扫描件 {1} 件", EN: "{1} {1?scan:scans} to upload"},

	"home.late":              {ZH: "已超期", EN: "Overdue"},
	"home.soon":              {ZH: "明日前到期", EN: "Due by tomorrow"},
	"home.waiting":           {ZH: "本地收件待受理", EN: "To accept"},
	"home.to-hand-over":      {ZH: "待移交外地", EN: "To hand over"},
	"home.arrived":           {ZH: "外地移交待受理", EN: "From elsewhere, to accept"},
	"home.accepted":          {ZH: "待决定", EN: "To decide"},
	"home.to-deliver":        {ZH: "准予待送达", EN: "Granted, to deliver"},
	"home.to-deliver-denied": {ZH: "不予待送达", EN: "Denied, to deliver"},
	"home.cases":             {ZH: "件", EN: "{1?case:cases}"},
	"home.find":              {ZH: "查办件", EN: "Find a case"},
	"home.urgent":            {ZH: "到期与超期办件", EN: "Due and overdue"},
	"home.none-urgent":       {ZH: "没有到期或超期的办件", EN: "Nothing is due or overdue"},
	"home.none-urgent-do":    {ZH: "明日前到期的办件会列在这里，最急的在前。", EN: "Cases due by tomorrow are listed here, the most urgent first."},
	"home.place":             {ZH: "本节点", EN: "This node"},
	"home.link":              {ZH: "与省级连接", EN: "Link to the province"},
	"home.fresh":             {ZH: "数据截至", EN: "Data as of"},
	"home.unsent":            {ZH: "待发送", EN: "To send"},
	"home.unprinted":         {ZH: "有 {1} 份文书还没有打印，请补打交申请人。", EN: "{1} {1?document has:documents have} not been printed; print and hand over."},
	"home.oldest":            {ZH: "最早一条 {1}", EN: "oldest from {1}"},
}

var caseTexts = page.Texts{
	"cases.hint":       {ZH: "可输入收件号或事项名称。", EN: "A receipt number or words of the item."},
	"cases.empty":      {ZH: "还没有办件", EN: "No cases yet"},
	"cases.empty-wait": {ZH: "窗口收件或外地移交到达后，办件会出现在这里，无需操作。", EN: "Cases appear here once a window takes them in or another place hands them over."},
	"cases.empty-do":   {ZH: "窗口收件或外地移交到达后，办件会出现在这里。", EN: "Cases appear here once taken in or handed over."},

	"case.number":      {ZH: "收件号", EN: "Receipt no."},
	"case.item":        {ZH: "事项", EN: "Item"},
	"case.applicant":   {ZH: "申请人", EN: "Applicant"},
	"case.due":         {ZH: "时限", EN: "Due"},
	"case.received":    {ZH: "收件时间", EN: "Received"},
	"case.from":        {ZH: "收件地", EN: "Taken in at"},
	"case.handler":     {ZH: "承办地", EN: "Decided at"},
	"case.agency":      {ZH: "承办机构", EN: "Deciding agency"},
	"case.now-at":      {ZH: "现在 {1}", EN: "now at {1}"},
	"case.receipt":     {ZH: "收件凭证", EN: "Receipt"},
	"case.facts":       {ZH: "办件信息", EN: "Case"},
	"case.clocks":      {ZH: "办理时限", EN: "Clocks"},
	"case.clocks-lead": {ZH: "按工作日历计算，到期日当天 24 时止。", EN: "Counted on the working-day calendar; a day ends at 24:00."},
	"case.no-clock":    {ZH: "当前没有在走的时限", EN: "No clock is running"},
	"case.person":      {ZH: "申请人", EN: "Applicant"},
	"case.outcome":     {ZH: "办理结果", EN: "Outcome"},
	"case.holder":      {ZH: "当前所在", EN: "Now at"},
	"case.taken":       {ZH: "收件窗口", EN: "Window"},
	"case.clerk":       {ZH: "收件人", EN: "Clerk"},
	"case.id":          {ZH: "办件编号", EN: "Case id"},
	"case.offline":     {ZH: "收件方式", EN: "How taken in"},
	"case.offline-is":  {ZH: "断网收件", EN: "while cut off"},
	"case.next":        {ZH: "下一步", EN: "Next step"},

	"person.name":    {ZH: "姓名或名称", EN: "Name"},
	"person.type":    {ZH: "申请人类型", EN: "Applicant type"},
	"person.person":  {ZH: "自然人", EN: "Person"},
	"person.org":     {ZH: "法人或其他组织", EN: "Organisation"},
	"person.idtype":  {ZH: "证件类型", EN: "Identity paper"},
	"person.id":      {ZH: "证件号码", EN: "Number"},
	"person.contact": {ZH: "联系电话", EN: "Telephone"},
	"idtype.citizen": {ZH: "居民身份证", EN: "Citizen identity card"},
	"idtype.uscc":    {ZH: "统一社会信用代码", EN: "Unified social credit code"},
	"idtype.other":   {ZH: "其他证件", EN: "Other paper"},

	"material.presence":   {ZH: "核对情况", EN: "Found"},
	"material.scans":      {ZH: "扫描件", EN: "Scans"},
	"material.on-its-way": {ZH: "传输中", EN: "on its way"},
	"material.waiting":    {ZH: "已存本地，待上传省级", EN: "stored here, waits for the province"},

	"history.from-case":      {ZH: "据办件记载", EN: "taken from the case"},
	"history.from-case-note": {ZH: "这一步的登记不在本地；时间、地点和收件人取自办件内容。", EN: "The entry of this step is not here; time, place and clerk are what the case says."},
	"history.carried-out":    {ZH: "按该窗口的送达回报登记", EN: "recorded on that window's report of the delivery"},

	"outcome.decision":  {ZH: "决定", EN: "Decision"},
	"outcome.text":      {ZH: "决定内容", EN: "Text"},
	"outcome.basis":     {ZH: "法律依据", EN: "Legal basis"},
	"outcome.remedy":    {ZH: "救济途径", EN: "Remedy"},
	"outcome.by":        {ZH: "决定人", EN: "Decided by"},
	"outcome.at":        {ZH: "决定时间", EN: "Decided at"},
	"outcome.way":       {ZH: "送达方式", EN: "How delivered"},
	"outcome.recipient": {ZH: "领取人", EN: "Recipient"},
	"outcome.tracking":  {ZH: "快递单号", EN: "Tracking number"},
	"outcome.place":     {ZH: "送达地", EN: "Delivered at"},
	"outcome.delivered": {ZH: "送达时间", EN: "Delivered"},
	"outcome.withdrawn": {ZH: "撤回原因", EN: "Why withdrawn"},
	"way.counter":       {ZH: "窗口当面", EN: "At the counter"},
	"way.courier":       {ZH: "快递", EN: "Courier"},
	"way.elicence":      {ZH: "电子证照", EN: "E-licence"},

	"standing.closed":     {ZH: "该办件已办结。", EN: "This case is closed."},
	"standing.in-queue":   {ZH: "已移交{1}，正在发送队列中等待；连上省级后自动送达，无需再操作。", EN: "Handed over to {1} and waiting in the queue; it leaves by itself once the province is reached."},
	"standing.at-hub":     {ZH: "已送达省级，正在转往{1}，待承办地签收。", EN: "The province has it and passes it on to {1}, which has yet to sign."},
	"standing.elsewhere":  {ZH: "该办件由{1}办理（{2}）。本窗口可以查询进度，也可以代为提出请求。", EN: "{1} handles this case ({2}). This window can follow it and file requests."},
	"standing.yours":      {ZH: "可以办理：", EN: "You can now:"},
	"standing.to-accept":  {ZH: "正在等待{1}的受理岗受理；受理后这里显示办理期限。", EN: "Waiting for {1} to accept it; the time limit is shown here then."},
	"standing.to-decide":  {ZH: "已受理，正在等待{1}的审批岗作出决定；期限见下。", EN: "Accepted; waiting for {1} to decide within the time limit below."},
	"standing.to-deliver": {ZH: "已作出决定，正在等待{1}的人员送达结果。", EN: "Decided; waiting for {1} to deliver the outcome."},
	"standing.here":       {ZH: "该办件在本地，由{1}办理；您的角色没有可办的步骤。", EN: "The case is here, with {1}; your role has no step to take."},

	"slip.title":   {ZH: "收件凭证", EN: "Receipt"},
	"slip.heading": {ZH: "{1}政务服务 收件凭证", EN: "Government services of {1}: receipt"},
	"slip.print":   {ZH: "按 p 或浏览器的打印功能打印，交申请人保存。", EN: "Press p or use the browser to print it for the applicant."},
	"slip.offline": {ZH: "离线收件：收件时与省级断开，收件时间有效，编号不变。", EN: "Taken in while cut off from the province. Time and number are valid."},
	"slip.due":     {ZH: "一次性告知截止", EN: "Notice due by"},
	"slip.missing": {ZH: "以下材料尚缺，请一次补齐：", EN: "These materials are missing; please bring them all:"},
	"slip.next":    {ZH: "接下来", EN: "What happens next"},
	"slip.notice":  {ZH: "{1}将在 {2}（含当日）前告知是否受理，或一次性告知需要补正的全部内容。", EN: "{1} will say by {2} whether it accepts, or name everything that is missing at once."},
	"slip.cross":   {ZH: "本件由{1}办理，结果可在{2}窗口领取，不必前往承办地。", EN: "{1} decides this case; the result can be collected at a window of {2}."},
	"slip.ask":     {ZH: "凭收件号可在全省任一政务服务窗口查询进度。", EN: "With the receipt number you can ask at any window of the province."},
	"slip.sign":    {ZH: "窗口经办人（签章）：＿＿＿＿＿＿＿＿　　申请人（签名）：＿＿＿＿＿＿＿＿", EN: "Clerk (seal): ________________    Applicant (signature): ________________"},
	"slip.back":    {ZH: "查看办件", EN: "Open the case"},
	"slip.another": {ZH: "再收一件", EN: "Another intake"},
}
