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
		Conditions: "共同生活的家庭成员人均收入低于当地最低生活保障标准", EffectiveAt: Day{2026, 1, 1}, State: ItemPublished}
}

func aGuide() *Guide {
	return &Guide{ImplCode: testUSCC(1) + "3220050100100", Version: 1,
		Sections: []GuideSection{{"受理条件", "共同生活的家庭成员人均收入低于当地最低生活保障标准"}},
		Lines: []MaterialLine{
			{ID: "m1", Name: "申请书", Form: "original", Copies: 1, Necessity: "required", Source: "self", Standard: "申请人签名"},
			{ID: "m2", Name: "居民身份证", Form: "copy", Copies: 1, Necessity: "required", Source: "issued", Standard: "在有效期内"},
			{ID: "m3", Name: "家庭收入情况说明", Form: "original", Necessity: "deferrable", Source: "self"},
		}}
}

func aFiling(t testing.TB) *Request {
	data := json.RawMessage(mustJSON(t, ItemFiling{Item: *anItem(), Guide: *aGuide()}))
	return &Request{Want: WantPublish, On: itemRef(), From: decides, Agency: testUSCC(1), Title: "发布:最低生活保障对象认定", Data: data,
		Key: "changchun:editor1:1", Filed: sceneAt, State: RequestFiled}
}

func aBlob() *Blob {
	return &Blob{Name: "申请书.pdf", Type: "application/pdf", Size: 1234, Chunks: []BlobID{BlobID("sha256:" + Hash{5}.String())},
		Owner: Ref{"case", caseID}, Node: receives, Readers: []NodeID{decides}, Voters: 3,
		Receipts: []BlobReceipt{{Server: "hub1", Epoch: 1, At: sceneAt, Sig: []byte{1}}, {Server: "hub2", Epoch: 1, At: sceneAt, Sig: []byte{2}}}}
}

func serviceScenes(t testing.TB) []scene {
	t.Helper()
	reviewer := "hub:reviewer"
	suspended, request := anItem(), Ref{"request", "request-1"}
	suspended.State, suspended.Reason = ItemSuspended, "系统升级"
	return []scene{
		{name: "item publish", ref: itemRef(), act: "publish", origin: Hub, by: reviewer, want: anItem()},
		{name: "item publish again", ref: itemRef(), act: "publish", origin: Hub, by: reviewer, old: suspended, want: &Item{}},
		{name: "item suspend", ref: itemRef(), act: "suspend", origin: Hub, by: reviewer, old: anItem(), want: &Item{Reason: "系统升级"}},
		{name: "item withdraw", ref: itemRef(), act: "withdraw", origin: Hub, by: reviewer, old: anItem(), want: &Item{Reason: "依据废止"}},

		{name: "guide publish", ref: Ref{"guide", itemRef().ID}, act: "publish", origin: Hub, by: reviewer, want: aGuide()},

		{name: "request file", ref: request, act: "file", origin: decides, by: "changchun:editor1", want: aFiling(t)},
		{name: "request answer", ref: request, act: "answer", origin: Hub, by: reviewer, old: aFiling(t), want: &Request{}},
		{name: "request decline", ref: request, act: "decline", origin: Hub, by: reviewer, old: aFiling(t), want: &Request{Reason: "名称与基本目录不一致"}},

		{name: "blob commit", ref: Ref{"blob", "blob-1"}, act: "commit", origin: receives, by: clerk, want: aBlob()},
	}
}
