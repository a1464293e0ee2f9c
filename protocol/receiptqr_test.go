package protocol

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func sampleReceipt() ReceiptQR {
	r := ReceiptQR{Case: "yanbian-1-00000042-T", ReceiptNo: "220000000042A", Item: "11220000412759000X3442199806003@3",
		Guide: HashOf([]byte("guide")), Received: 1772414107000, FP: ShortFP(HashOf([]byte("fp")).String()),
		Materials: MaterialsDigest([]Material{{Line: "m1", Presence: "present", Copies: 1, Blobs: []string{"b"}}}), Certificate: [16]byte{1, 2, 3}}
	c, _ := CheckChar37("yanbian-1-00000042")
	r.Case = "yanbian-1-00000042-" + string(c)
	return r
}

func sealed(t testing.TB, r ReceiptQR) string {
	t.Helper()
	text, err := r.Text()
	if err != nil {
		t.Fatal(err)
	}
	s, err := SealReceiptQR(text, bytes.Repeat([]byte{7}, 64))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReceiptQRGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/receiptqr.golden")
	if err != nil {
		t.Fatal(err)
	}
	r := sampleReceipt()
	if got := sealed(t, r); got != strings.TrimSpace(string(want)) {
		t.Errorf("the frozen form XYR1 changed:\n%s\nwant\n%s", got, want)
	}
	back, err := ParseReceiptQR(string(want)) // with the line end, as a scanner adds one
	if err != nil || back.ReceiptQR != r {
		t.Fatalf("read back %+v, %v; want %+v", back, err, r)
	}
	if node, ok := back.Node(); !ok || node != "yanbian" {
		t.Errorf("node %q, %v", node, ok)
	}
}

func TestReceiptQRFitsItsBound(t *testing.T) {
	r := sampleReceipt()
	r.Case = strings.Repeat("a", 60)
	r.Item = strings.Repeat("X", 31) + strings.Repeat("1", 8) + "@12345"
	if n := len(sealed(t, r)); n > MaxReceiptQR {
		t.Errorf("%d bytes", n)
	}
	r.Case, r.ReceiptNo, r.Item = strings.Repeat("1", 100), strings.Repeat("1", 100), strings.Repeat("1", 100)
	text, err := r.Text()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := SealReceiptQR(text, bytes.Repeat([]byte{7}, 64)); CodeOf(err) != TooBig {
		t.Errorf("300 bytes of numbers: %v, want toobig", err)
	}
}

func TestReceiptQRRefusals(t *testing.T) {
	good := sealed(t, sampleReceipt())
	dot := strings.LastIndex(good, ".")
	for name, c := range map[string]struct{ scanned, says string }{
		"empty":               {"", "XYR1"},
		"another code":        {"https://example.invalid/", "XYR1"},
		"a later form":        {"XYR2" + good[4:], "XYR1"},
		"no signature":        {good[:dot], "不完整"},
		"cut signature":       {good[:len(good)-4], "不完整"},
		"cut payload":         {good[:40] + good[dot:], "截断"},
		"more payload":        {good[:dot] + "AAAA" + good[dot:], "多出"},
		"not base64":          {good[:20] + "!" + good[21:], "改动"},
		"line end inside":     {good[:21] + "\n" + good[21:], "改动"},
		"a fourth part":       {good + ".x", "不完整"},
		"too long":            {good + strings.Repeat("A", MaxReceiptQR), "过长"},
		"loose spare bits":    {good[:len(good)-1] + "x", "改动"},
		"only magic and dots": {"XYR1..", "改动"},
	} {
		_, err := ParseReceiptQR(c.scanned)
		if CodeOf(err) == Internal || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want a fault that says %q", name, err, c.says)
		}
	}
}

func TestReceiptQRNeedsItsFields(t *testing.T) {
	for name, spoil := range map[string]func(*ReceiptQR){
		"case":        func(r *ReceiptQR) { r.Case = "" },
		"receipt no.": func(r *ReceiptQR) { r.ReceiptNo = "1 2" },
		"item":        func(r *ReceiptQR) { r.Item = strings.Repeat("1", 101) },
		"instant":     func(r *ReceiptQR) { r.Received = 0 },
		"guide":       func(r *ReceiptQR) { r.Guide = Hash{} },
		"Chinese":     func(r *ReceiptQR) { r.Case = "延边-1-00000042-T" },
	} {
		r := sampleReceipt()
		spoil(&r)
		if _, err := r.Text(); CodeOf(err) != Malformed {
			t.Errorf("%s: %v, want malformed", name, err)
		}
	}
}

func TestReceiptQRNode(t *testing.T) {
	for _, id := range []string{"", "yanbian", "yanbian-1-00000042-0", "yanbian-x-00000042-T", "1-00000042-T", "-1-2-3-4"} {
		r := ReceiptQR{Case: id}
		if node, ok := r.Node(); ok {
			t.Errorf("%q: node %q", id, node)
		}
	}
}

func TestMaterialsDigestTellsLinesApart(t *testing.T) {
	lists := [][]Material{nil, {{Line: "a"}}, {{Line: "a", Presence: "present"}}, {{Line: "ap", Presence: "resent"}}, {{Line: "a", Copies: 1}},
		{{Line: "a", Blobs: []string{"x"}}}, {{Line: "a", Blobs: []string{"x", "y"}}}, {{Line: "a", Blobs: []string{"xy"}}}, {{Line: "a"}, {Line: "a"}}}
	seen := make(map[Hash]int)
	for i, l := range lists {
		if j, ok := seen[MaterialsDigest(l)]; ok {
			t.Errorf("lists %d and %d have one digest", i, j)
		}
		seen[MaterialsDigest(l)] = i
	}
}

func TestShortFP(t *testing.T) {
	whole := HashOf([]byte("fp")).String()
	if a, b := ShortFP(whole), ShortFP(whole[:32]); a != b || a == [16]byte{} {
		t.Errorf("%x and %x", a, b)
	}
	for _, none := range []string{"", "no hex", whole[:30]} {
		if ShortFP(none) != [16]byte{} {
			t.Errorf("%q gave a fingerprint", none)
		}
	}
}

func FuzzParseReceiptQR(f *testing.F) {
	f.Add(sealed(f, sampleReceipt()))
	f.Add("XYR1.AAAA.AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseReceiptQR(s)
		if err != nil {
			if CodeOf(err) == Internal {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		text, err := r.ReceiptQR.Text()
		if err != nil || text != r.Text {
			t.Fatalf("read from one spelling, written in another: %q %q %v", r.Text, text, err)
		}
		again, err := SealReceiptQR(text, r.Signature)
		if err != nil || again != strings.TrimSpace(s) {
			t.Fatalf("sealed again: %q, %v", again, err)
		}
		r.Node()
	})
}
