package page

import (
	"net/http"
	"os"
	"testing"
	"time"
)

// The sample console of the tests: a window workbench with every piece.

var sampleNow = time.Date(2026, 3, 2, 1, 15, 0, 0, time.UTC) // 09:15 in Beijing

var sampleTexts = Texts{
	"sample.title":    {"收件箱", "Inbox"},
	"sample.new":      {"新收件", "New intake"},
	"sample.number":   {"受理编号", "Number"},
	"sample.item":     {"事项", "Item"},
	"sample.state":    {"状态", "State"},
	"sample.left":     {"剩余工作日", "Days left"},
	"sample.due":      {"办结期限", "Due"},
	"sample.from":     {"来源地区", "From"},
	"sample.facts":    {"案件信息", "Case"},
	"sample.history":  {"办理过程", "History"},
	"sample.transfer": {"材料传输", "Transfer"},
	"sample.form":     {"补正通知", "Correction notice"},
	"sample.asof":     {"列表截至 {1}", "List as of {1}"},
	"sample.done":     {"已受理，编号 {1}", "Received as {1}"},
	"nav.window":      {"窗口受理", "Window"},
	"nav.department":  {"部门办理", "Department"},
	"nav.intake":      {"收件登记", "Intake"},
	"nav.handover":    {"异地移交", "Hand-over"},
	"nav.review":      {"审核", "Review"},
	"nav.licences":    {"证照", "Licences"},
	"state.accepted":  {"已受理", "Accepted"},
	"state.correct":   {"待补正", "Awaiting correction"},
	"state.overdue":   {"已超期", "Overdue"},
	"state.moving":    {"移交中", "Handing over"},
}

func sampleConfig() Config {
	places := map[Lang]string{ZH: "延边朝鲜族自治州", EN: "Yanbian"}
	return Config{
		Product: Text{"窗口工作台", "Window workbench"}, Place: func(l Lang) string { return places[l] }, Version: "0.1.0",
		Templates: os.DirFS("testdata/console"), Texts: sampleTexts, LiveStrip: "/strip",
		Now: func() time.Time { return sampleNow },
		Nav: []Section{
			{Label: "nav.window", Items: []Item{
				{Key: "inbox", Label: "sample.title", Href: "/", Hotkey: "q"},
				{Key: "intake", Label: "nav.intake", Href: "/intake", Hotkey: "n"},
				{Key: "handover", Label: "nav.handover", Href: "/handover"}}},
			{Label: "nav.department", Items: []Item{
				{Key: "review", Label: "nav.review", Href: "/review", Hotkey: "r"},
				{Key: "licences", Label: "nav.licences", Href: "/licences"}}},
		},
	}
}

func sampleShell(t testing.TB, change ...func(*Config)) *Shell {
	t.Helper()
	cfg := sampleConfig()
	var s *Shell
	cfg.Around = func(r *http.Request) Around { return sampleAround(s, r) }
	for _, c := range change {
		c(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sampleAround(s *Shell, r *http.Request) Around {
	strip := s.Linked(LangOf(r), sampleNow, 3)
	if r.FormValue("cut") != "" {
		strip = s.Cut(LangOf(r), sampleNow.Add(-50*time.Minute), sampleNow.Add(-50*time.Minute), 1204, sampleNow.Add(-26*time.Hour))
	}
	strip.Href = "/links"
	return Around{Strip: strip, Counts: map[string]int{"inbox": 12, "review": 1204},
		User: &User{Name: "窗口 03", Role: "综合受理", Place: "延吉市政务服务中心", Links: []Link{{"修改密码", "/password"}}}}
}

type sampleData struct {
	Stats    []Stat
	Tabs     []Tab
	Filter   Filter
	Cases    Table
	None     Table
	Pager    Pager
	Facts    []Fact
	History  []Moment
	Progress []Progress
	Form     Form
	Oldest   time.Time
}

func sample() sampleData {
	return sampleData{
		Stats: sampleStats(), Tabs: sampleTabs(), Filter: sampleFilter(), Cases: sampleTable(), None: sampleNone(),
		Pager: Pager{Next: "/?after=50", Note: "第 1–5 条"}, Facts: sampleFacts(), History: sampleHistory(),
		Progress: sampleProgress(), Form: sampleForm(), Oldest: sampleNow.Add(-3 * time.Hour),
	}
}

func sampleStats() []Stat {
	return []Stat{
		{Label: "今日收件", Value: "86", Unit: "件", Note: "较昨日同时段 +9"},
		{Label: "待办", Value: "12", Unit: "件", Href: "/?tab=open", Tone: Info},
		{Label: "今日到期", Value: "3", Unit: "件", Tone: Warn, Note: "最早 11:30"},
		{Label: "已超期", Value: "1", Unit: "件", Tone: Bad},
		{Label: "按时办结率", Value: "98.7", Unit: "%", Tone: Good, Note: "本月，截至 09:00"},
	}
}

func sampleTabs() []Tab {
	return []Tab{{"待办", "/?tab=open", 12, true, Plain}, {"今日到期", "/?tab=today", 3, false, Warn},
		{"已超期", "/?tab=overdue", 1, false, Bad}, {"待补正", "/?tab=correct", 4, false, Plain}, {"已移交", "/?tab=sent", -1, false, Plain}}
}

func sampleFilter() Filter {
	return Filter{Query: "", Hint: "可输入受理编号、事项名称或拼音首字母。", Clear: "/", Fields: []Field{
		{Name: "state", Label: "sample.state", Kind: InputSelect, Value: "2", Options: []Option{{Label: "全部"}, {Value: "1", Label: "state.accepted"}, {Value: "2", Label: "state.correct"}}},
		{Name: "from", Label: "sample.from", Kind: InputSelect, Options: []Option{{Label: "全部"}, {Value: "220100", Label: "长春市"}}}}}
}

func sampleTable() Table {
	t := Table{Caption: "sample.title", Foot: "列表截至 09:15，每 10 秒更新。", Select: "case", Form: "assign", Cols: []Col{
		{Label: "sample.number", Short: true}, {Label: "sample.item"}, {Label: "sample.state", Short: true},
		{Label: "sample.left", Num: true, Href: "/?sort=left", Sorted: "ascending"}, {Label: "sample.due", Short: true}, {Label: "sample.from", Short: true}}}
	row := func(no, item, sub string, state Badge, left int, due time.Time, from string) *Row {
		first := Goto(no, "/cases/"+no)
		first.Mono = true
		return t.Add(first, Word(item).Under(sub), State(state), Number(left), OnDay(due), Word(from))
	}
	day := 24 * time.Hour
	row("2224012603020017", "城乡居民最低生活保障金给付", "申请人 金**", Badge{Bad, "state.overdue"}, -1, sampleNow.Add(-day), "延吉市").Tone = Bad
	row("2224012603020018", "食品经营许可（新办）", "申请人 延吉市**餐饮有限公司", Badge{Warn, "state.correct"}, 2, sampleNow.Add(2*day), "延吉市")
	row("2201012603020233", "异地就医备案", "申请人 李**", Badge{Info, "state.moving"}, 5, sampleNow.Add(7*day), "长春市")
	row("2224012603020021", "道路货物运输经营许可", "申请人 王*", Badge{Good, "state.accepted"}, 12, sampleNow.Add(18*day), "图们市")
	t.Add(Code("2224012603020022"), Word("不动产登记信息查询"), State(Badge{Plain, "草稿"}), Word("暂停"), When(time.Time{}), Word("敦化市"))
	return t
}

func sampleNone() Table {
	return Table{Empty: Empty{What: "没有被退回的条目", Do: "省级退回的条目会出现在这里，并写明原因。", Link: &Link{"查看全部条目", "/catalog"}}}
}

func sampleFacts() []Fact {
	return []Fact{{"受理编号", Code("2224012603020018")}, {"事项", Goto("食品经营许可（新办）", "/items/1")},
		{"受理时间", When(sampleNow)}, {"办结期限", OnDay(sampleNow).Under("还剩 2 个工作日（暂定）")}, {"状态", State(Badge{Warn, "state.correct"}, Badge{Info, "跨区域"})}}
}

func sampleHistory() []Moment {
	return []Moment{
		{At: sampleNow.Add(-3 * time.Hour), What: "收件", Who: "窗口 03", Place: "延吉市政务服务中心"},
		{At: sampleNow.Add(-2 * time.Hour), What: "上报省级", Who: "系统", Place: "省级", Mark: &Badge{Good, "已登记"}, Note: "省级序号 48,213"},
		{At: sampleNow.Add(-time.Hour), What: "受理", Who: "审核员 11", Place: "长春市市场监督管理局", Mark: &Badge{Bad, "已退回"}, Rule: "C-07b", Note: "缺少经营场所使用证明。请在窗口一次性告知申请人后补正。"},
		{At: sampleNow.Add(48 * time.Hour), What: "补正截止", Open: true},
	}
}

func sampleProgress() []Progress {
	return []Progress{
		{Label: "扫描件上传", Done: 13 << 20, Total: 40 << 20, Bytes: true, Note: "自 09:12 起，约 20 秒后完成"},
		{Label: "目录重新核对", Done: 8211, Unit: "条", Note: "自 09:14 起"},
	}
}

func sampleForm() Form {
	return Form{Action: "/cases/1/correct", Submit: "发出通知", Back: &Link{"返回", "/cases/1"}, Keep: "发出后立即打印，并送达申请人。",
		Blocked: []string{"还有 1 份材料未确认"},
		Fields: []Field{
			Hidden("rev", "7"),
			{Name: "until", Label: "补正截止日", Kind: InputDate, Value: "2026-03-04", Required: true, Width: "half", Help: "不得早于 5 个工作日之后。", Error: "截止日过早，请改为 2026-03-09 或之后。"},
			{Name: "phone", Label: "联系电话", Kind: InputTel, Mode: "tel", Width: "half", Max: 20},
			{Name: "gaps", Label: "缺少的材料", Kind: InputChecks, Required: true, Options: []Option{
				{Value: "1", Label: "经营场所使用证明", Help: "指南第 3 行", On: true}, {Value: "2", Label: "食品安全管理制度"}, {Value: "9", Label: "指南以外的材料", Off: true, Help: "不得要求"}}},
			{Name: "send", Label: "送达方式", Kind: InputRadio, Value: "sms", Options: []Option{{Value: "sms", Label: "短信"}, {Value: "print", Label: "当面"}}},
			{Name: "note", Label: "说明", Kind: InputArea, Rows: 3, Max: 500, Help: "申请人会看到这段话。"},
			{Name: "office", Label: "承办单位", Locked: true, Value: "延吉市市场监督管理局", List: []string{"延吉市市场监督管理局"}},
			{Name: "read", Label: "已向申请人说明", Kind: "check", Value: "on"},
			{Name: "scan", Label: "附件", Kind: InputFile, Accept: "image/*,.pdf"},
		}}
}

func sampleConfirm() Confirm {
	return Confirm{Question: "确认撤回该案件？", Consequence: "撤回后不能恢复；申请人会收到通知，原件须退还。", Facts: sampleFacts()[:3],
		Form: Form{Action: "/cases/1/withdraw", Danger: true, Submit: "确认撤回", Back: &Link{"不撤回", "/cases/1"},
			Fields: []Field{Hidden("rev", "7"), {Name: "reason", Label: "撤回原因", Kind: InputArea, Required: true}}}}
}

func sampleFlash() []Flash {
	return []Flash{{Tone: Good, Text: "已受理，编号 2224012603020018。", Link: &Link{"打印回执", "/print"}},
		{Tone: Bad, Text: "不能受理：申请人不在受理范围内，请改由户籍地办理。", Rule: "C-02b"}, {Tone: Warn, Text: "指南可能过期。"}, {Tone: Info, Text: "今晚 22:00 维护。"}}
}

func sampleProblem() Problem {
	return Problem{Status: 409, Title: "内容已被更新", What: "page.problem.409.what", Do: "page.problem.409.do", Steps: []string{"打开最新内容", "核对后重新提交"},
		Rule: "G-03", Links: []Link{{"最新内容", "/cases/1"}}, At: sampleNow, Home: "/"}
}

type piece struct {
	Piece string
	Of    any
}

func samplePieces() []piece {
	return []piece{{"table", sampleTable()}, {"pager", Pager{Prev: "/?before=1", Next: "/?after=50", Note: "第 51–100 条"}}, {"filter", sampleFilter()},
		{"tabs", sampleTabs()}, {"badge", Badge{Warn, "state.correct"}}, {"facts", sampleFacts()}, {"timeline", sampleHistory()},
		{"field", sampleForm().Fields[1]}, {"form", sampleForm()}, {"errors", sampleForm().Wrong()}, {"flash", sampleFlash()}, {"confirm", sampleConfirm()},
		{"progress", sampleProgress()[0]}, {"stats", sampleStats()}, {"problem", sampleProblem()}, {"login", Login{Action: "/login", Name: "window03", Error: "账号或密码不对。", Next: "/cases", Links: []Link{{"省统一身份认证", "/sso"}}}}}
}
