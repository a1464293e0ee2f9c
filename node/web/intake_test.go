package web

import (
	"bytes"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
)

// filled is an intake that is complete.
func filled(w *world, nonce string) url.Values {
	return url.Values{"nonce": {nonce}, "guide": {w.guideHash(poorID)}, "type": {"person"}, "name": {"申请人甲"}, "id_type": {"citizen"},
		"id": {"11010519491231002x"}, "contact": {"0433-0000000"},
		"window": {"03 号窗"}, "hand_over": {"on"}, "line-m1": {"present"}, "line-m2": {"present"}, "line-m3": {"owed"}}
}

type upload struct{ field, name, media, body string }

// form writes a multipart form as a browser does: with an empty file for every
// input nobody used.
func form(t *testing.T, values url.Values, files ...upload) (media string, body *bytes.Buffer) {
	t.Helper()
	body = &bytes.Buffer{}
	m := multipart.NewWriter(body)
	for name, list := range values {
		for _, v := range list {
			if err := m.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range append(files, upload{field: "file-m2", media: "application/octet-stream"}) {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", `form-data; name="`+f.field+`"; filename="`+f.name+`"`)
		h.Set("Content-Type", f.media)
		part, err := m.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(f.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), body
}

func send(t *testing.T, b *consoletest.Browser, values url.Values, files ...upload) consoletest.Page {
	t.Helper()
	media, body := form(t, values, files...)
	return b.Send("/intake/"+poorID, media, body)
}

func TestIntakeEndsAtTheReceipt(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	shown := b.Get("/intake/" + poorID)
	values := filled(w, consoletest.Value(shown.Body, "nonce"))
	values.Set("remarks", "家庭人口 3 人")
	p := send(t, b, values, upload{"file-m1", "申请书.pdf", "application/pdf", "%PDF-1.7 x"})
	if p.Status != 303 || p.To != "/cases/"+caseID(4)+"/receipt" {
		t.Fatalf("status %d to %q: %s", p.Status, p.To, consoletest.Text(p.Body))
	}
	in := w.desk.last
	if in.Applicant.ID != "11010519491231002X" || in.Window != "03 号窗" || !in.HandOver || in.Offline || in.Form[0].Value != "家庭人口 3 人" {
		t.Errorf("the desk got %+v", in)
	}
	if m := in.Materials; len(m) != 3 || m[0].Presence != "present" || m[0].Copies != 1 || len(m[0].Blobs) != 1 || m[2].Presence != "owed" || m[2].Copies != 0 {
		t.Errorf("materials are %+v", m)
	}
	if !strings.Contains(b.Follow(p).Body, "收件成功，收件号 220000000004V") {
		t.Error("the receipt page does not say it is done")
	}
}

func TestSameFormSentTwiceIsOneCase(t *testing.T) { // cases.md §11
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	values := filled(w, "N1")
	first, second := send(t, b, values), send(t, b, values)
	if first.To != second.To || second.Status != 303 || len(w.desk.taken) != 1 {
		t.Fatalf("the second submit leads to %q", second.To)
	}
	if !strings.Contains(b.Follow(second).Body, "没有重复收件") {
		t.Error("the page does not say that it was taken in before")
	}
}

func TestEveryErrorIsShownAtOnceBesideItsField(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	values := filled(w, "N1")
	values.Set("name", "")
	values.Set("id", "110105194912310021")
	values.Set("window", "")
	values.Del("line-m1")
	values.Set("line-m2", "owed") // may not be owed (C-10b)
	values.Set("contact", "0433-1111111")
	p := send(t, b, values, upload{"file-m3", "说明.docx", "application/msword", "PK"}, upload{"file-m1", "申请书.pdf", "application/pdf", "%PDF-1.7"})
	if p.Status != 422 || len(w.desk.calls) != 0 {
		t.Fatalf("status %d, calls %v", p.Status, w.desk.calls)
	}
	for field, want := range map[string]string{"name": "请填写申请人姓名或名称", "id": "校验", "window": "请填写窗口", "line-m1": "请选择该项材料", "line-m2": "请选择该项材料",
		"file-m3": "说明.docx：只能上传"} {
		_, rest, ok := strings.Cut(p.Body, `id="f-`+field+`-error">`)
		if text, _, _ := strings.Cut(rest, "</p>"); !ok || !strings.Contains(text, want) {
			t.Errorf("beside %s stands %q, want %q", field, text, want)
		}
	}
	if !strings.Contains(p.Body, "有 6 处需要更正") || !strings.Contains(p.Body, "0433-1111111") {
		t.Error("the summary or what was typed is missing")
	}
	if !strings.Contains(p.Body, `name="scan-m1" value="new1"`) || !strings.Contains(p.Body, "申请书.pdf") {
		t.Error("the scan that is stored already would have to be sent again")
	}
}

func TestStoredScansTravelWithTheFormAndCanBeDropped(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	for _, id := range []string{"mine", "mine2"} {
		w.scans.files[id] = Scan{ID: id, Name: id, By: "yanbian:win03"}
	}
	w.scans.files["theirs"] = Scan{ID: "theirs", Name: "theirs", By: "yanbian:acc11"}
	values := filled(w, "N1")
	values["scan-m1"], values["drop-m1"] = []string{"mine", "mine2", "theirs", "s1", "invented"}, []string{"mine2"}
	if p := send(t, b, values); p.Status != 303 {
		t.Fatalf("status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	if got := w.desk.last.Materials[0].Blobs; !slices.Equal(got, []string{"mine"}) {
		t.Errorf("the case cites %v; it may cite own scans that no case has yet, and no other", got)
	}
}

func TestNewGuideIsShownAgainWithWhatWasTyped(t *testing.T) { // C-02d
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	values := filled(w, "N1")
	values.Set("guide", protocol.HashOf([]byte("older")).String())
	p := send(t, b, values)
	if p.Status != 409 || !strings.Contains(p.Body, "办事指南刚刚更新") || !strings.Contains(p.Body, `value="申请人甲"`) || !strings.Contains(p.Body,
		w.guideHash(poorID)) {
		t.Errorf("status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	if consoletest.Value(p.Body, "nonce") != "N1" {
		t.Error("the form got another nonce: it could be taken in twice")
	}
}

func TestEndedSessionLosesNothingThatWasTyped(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "ended")
	values := filled(w, "N7")
	values.Set("name", `申请人"乙"`)
	p := send(t, b, values, upload{"file-m1", "申请书.pdf", "application/pdf", "%PDF-1.7"})
	if p.Status != 401 || !strings.Contains(p.Body, "已填写的内容没有丢失") || !strings.Contains(p.Body, "须重新选择") || len(w.scans.files) != 1 {
		t.Fatalf("status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	login := url.Values{"name": {"win03"}, "password": {"wrong"}, "next": {consoletest.Value(p.Body, "next")},
		"xy-kept": {unescape(consoletest.Value(p.Body, "xy-kept"))}}
	again := b.Post("/login", login)
	if again.Status != 401 || consoletest.Value(again.Body, "xy-kept") == "" {
		t.Fatal("a wrong password loses the form")
	}
	login.Set("password", "right")
	form := b.Follow(b.Post("/login", login))
	for _, want := range []string{"已恢复登录前填写的内容", `value="申请人&#34;乙&#34;"`, `value="11010519491231002x"`, `name="nonce" value="N7"`,
		`value="owed" checked`} {
		if !strings.Contains(form.Body, want) {
			t.Errorf("the form lacks %s", want)
		}
	}
	if len(w.desk.calls) != 0 {
		t.Error("it was submitted without the person")
	}
}

func unescape(s string) string {
	return strings.NewReplacer("&amp;", "&", "&#43;", "+", "&#34;", `"`).Replace(s)
}

func TestItemsThatCannotBeFiledHereSaySo(t *testing.T) {
	b := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "win03")
	if p := b.Get("/intake/" + closeID); p.Status != 409 || !strings.Contains(p.Body, "仅承办地收件") || !strings.Contains(p.Body, "C-02a") {
		t.Errorf("status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	w := newWorld(t)
	i, _, err := console.Read[protocol.Item](w, protocol.Ref{Kind: "item", ID: poorID})
	if err != nil {
		t.Fatal(err)
	}
	i.EffectiveAt = protocol.Day{Year: 2026, Month: 4, Dom: 1}
	w.Put("item", poorID, protocol.Hub, nowAt, 10, *i)
	if p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03").Get("/intake/" + poorID); !strings.Contains(p.Body, "2026-04-01 起生效") || strings.Contains(p.Body, "⟦") {
		t.Errorf("an item of next month: %s", consoletest.Text(p.Body))
	}
	list := b.Get("/intake").Body
	if strings.Contains(list, `href="/intake/`+closeID) || !strings.Contains(list, `href="/intake/`+poorID) {
		t.Error("the list offers what cannot be filed, or hides what can")
	}
}

func TestCutOffIntakeIsMarkedOffline(t *testing.T) {
	w := newWorld(t)
	w.status.Lanes[0].Connected = false
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	if p := send(t, b, filled(w, "N1")); p.Status != 303 || !w.desk.last.Offline {
		t.Errorf("status %d, offline %v", p.Status, w.desk.last.Offline)
	}
}

func TestTooLargeFormIsRefused(t *testing.T) {
	w := newWorld(t)
	values := filled(w, "N1")
	values.Set("remarks", strings.Repeat("很", 1<<20))
	if p := send(t, consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03"), values); p.Status != 413 {
		t.Errorf("status %d, want 413", p.Status)
	}
}
