package protocol

import (
	"encoding/json"
	"testing"
)

func itemRef() Ref { return Ref{"item", ItemID(testUSCC(1)+"3220050100100", 1)} }

func anItem() *Item {
	return &Item{ImplCode: testUSCC(1) + "3220050100100", BasicCode: "220050100100", Version: 1, Name: "最低生活保障对象认定", Type: "05",
		Basis: []string{"《社会救助暂行办法》第九条"}, Agency: testUSCC(1), AgencyName: "长春市民政局", Node: decides, CaseType: "promise",
		Scope: "interprefecture", Legal: Limit{30, WorkingDays}, Promise: Limit{20, WorkingDays}, Visits: 1,
		Conditions: "共同生活的家庭成员人均收入低于当地最低生活保障标准", EffectiveAt: Day{2026, 1, 1}, State: ItemPublished,
		HandleCode: testUSCC(1) + "322005010010001", Targets: []string{"person"}, Nature: "statutory", Process: "受理、审查、决定、送达", Forms: []string{"window", "online"},
		Places: []ItemPlace{{"民政窗口", "长春市样例路1号", "工作日 8:30 至 16:30", "0431-00000000"}}, Contact: "0431-00000000", Complaints: "12345",
		Joint: &ItemJoint{Agencies: []string{testUSCC(2)}}, Special: []ItemStep{{"鉴定", Limit{30, WorkingDays}}}, C1: C1Deemed,
		Owed: &ItemOwed{Allowed: true, Limit: Limit{10, WorkingDays}}, Results: []ItemResult{{Type: "licence", Name: "最低生活保障证", Licence: "00X"}},
		Correction: Limit{10, WorkingDays}, ObjectField: "家庭住址", EndsAt: Day{2028, 1, 1}, Foreign: []Foreign{{"样例系统", "case_type", "2"}}}
}

func aBasic() *Basic {
	return &Basic{Code: "220050100100", Name: "最低生活保障对象认定", Type: "05", Basis: []string{"《社会救助暂行办法》第九条"}, State: BasicInForce}
}

// aVersion2 replaces anItem a year later.
func aVersion2() *Item {
	i := anItem()
	i.Version, i.EffectiveAt = 2, Day{2026, 3, 4}
	return i
}

func aGuide() *Guide {
	return &Guide{ImplCode: testUSCC(1) + "3220050100100", Version: 1,
		Sections: []GuideSection{{"受理条件", "共同生活的家庭成员人均收入低于当地最低生活保障标准"}},
		Lines: []MaterialLine{
			{ID: "m1", Name: "申请书", Form: "original", Copies: 1, Necessity: "required", Source: "self", Standard: "申请人签名",
				Checks: []CheckPoint{{"1", "申请人签名"}, {"2", "日期在三个月以内"}}, Blank: BlobID("sha256:" + Hash{8}.String()), NeedsPaper: "《社会救助暂行办法》第十一条"},
			{ID: "m2", Name: "居民身份证", Form: "copy", Copies: 1, Necessity: "required", Source: "issued", Standard: "在有效期内", Issuer: "公安机关",
				Share: &LineShare{Resource: "305001220000/000002", Fields: []string{"姓名", "公民身份号码"}, Scenario: "身份核对"}},
			{ID: "m3", Name: "家庭收入情况说明", Form: "original", Necessity: "deferrable", Source: "self"},
		},
		Form: []FormField{{Name: "办理方式", Type: "choice", Options: []string{"本人", "委托"}, Required: true}, {Name: "家庭人口", Type: "number"}}}
}

func aFiling(t testing.TB) *Request {
	data := json.RawMessage(mustJSON(t, ItemFiling{Item: *anItem(), Guide: *aGuide()}))
	return &Request{Want: WantPublish, On: itemRef(), From: decides, Agency: testUSCC(1), Title: "发布:最低生活保障对象认定", Data: data,
		Key: "changchun:editor1:1", Filed: sceneAt, State: RequestFiled}
}

func aBlob() *Blob {
	return &Blob{Name: "申请书.pdf", Type: "application/pdf", Size: 1234, Chunks: []BlobID{BlobID("sha256:" + Hash{5}.String())},
		Owner: Ref{"case", caseID}, Node: receives, Readers: []NodeID{decides}, Voters: 3,
		Receipts: []BlobReceipt{{Server: "hub1", Epoch: 1, At: sceneAt, Voters: 3, Cert: []byte{3}, Sig: []byte{1}}, {Server: "hub2", Epoch: 1, At: sceneAt, Voters: 3, Cert: []byte{4}, Sig: []byte{2}}}}
}

func serviceScenes(t testing.TB) []scene {
	t.Helper()
	reviewer := "hub:reviewer"
	suspended, request := anItem(), Ref{"request", "request-1"}
	suspended.State, suspended.Reason = ItemSuspended, "系统升级"
	retired := aBasic()
	retired.State, retired.Reason = BasicRetired, "依据废止"
	return []scene{
		{name: "item publish", ref: itemRef(), act: "publish", origin: Hub, by: reviewer, want: anItem()},
		{name: "item publish again", ref: itemRef(), act: "publish", origin: Hub, by: reviewer, old: suspended, want: &Item{}},
		{name: "item suspend", ref: itemRef(), act: "suspend", origin: Hub, by: reviewer, old: anItem(), want: &Item{Reason: "系统升级"}},
		{name: "item withdraw", ref: itemRef(), act: "withdraw", origin: Hub, by: reviewer, old: anItem(), want: &Item{Reason: "依据废止"}},

		{name: "item publish the second version", ref: Ref{"item", ItemID(anItem().ImplCode, 2)}, act: "publish", origin: Hub, by: reviewer, want: aVersion2()},

		{name: "basic publish", ref: Ref{"basic", aBasic().Code}, act: "publish", origin: Hub, by: reviewer, want: aBasic()},
		{name: "basic publish again", ref: Ref{"basic", aBasic().Code}, act: "publish", origin: Hub, by: reviewer, old: retired, want: aBasic()},
		{name: "basic retire", ref: Ref{"basic", aBasic().Code}, act: "retire", origin: Hub, by: reviewer, old: aBasic(), want: &Basic{Reason: "依据废止"}},

		{name: "guide publish", ref: Ref{"guide", itemRef().ID}, act: "publish", origin: Hub, by: reviewer, want: aGuide()},

		{name: "request file", ref: request, act: "file", origin: decides, by: "changchun:editor1", want: aFiling(t)},
		{name: "request answer", ref: request, act: "answer", origin: Hub, by: reviewer, old: aFiling(t), want: &Request{}},
		{name: "request decline", ref: request, act: "decline", origin: Hub, by: reviewer, old: aFiling(t), want: &Request{Reason: "名称与基本目录不一致"}},

		{name: "blob commit", ref: Ref{"blob", "blob-1"}, act: "commit", origin: receives, by: clerk, want: aBlob()},
	}
}
