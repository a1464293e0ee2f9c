package web

import (
	"bytes"
	"mime"
	"net/http"

	"github.com/skip2/go-qrcode"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func docPath(on protocol.Ref, serial string) string {
	return "/cases/" + escape(on.ID) + "/docs/" + escape(serial)
}

// document sends a document's file, the same bytes each time. Asked for with
// print=1 it is noted as printed (F-12): what left this node for a printer.
func (w *Web) document(v *console.Visit) error {
	serial := v.R.PathValue("serial")
	p, err := w.cfg.Desk.Document(v.Context(), v.Who, caseRef(v), serial)
	if err != nil {
		return err
	}
	if v.R.FormValue("print") != "" {
		if err := w.cfg.Desk.MarkPrinted(v.Context(), v.Who, caseRef(v), serial); err != nil {
			return err
		}
	}
	v.W.Header().Set("Content-Type", "application/pdf")
	v.W.Header().Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": serial + ".pdf"}))
	http.ServeContent(v.W, v.R, "", p.Doc.At.Time(), bytes.NewReader(p.PDF))
	return nil
}

// documents lists what the case gave on paper; each is printed, or printed again,
// from here (W-04).
func (w *Web) documents(x *asked) (console.Section, bool, error) {
	if len(x.c.Docs) == 0 {
		return console.Section{}, false, nil
	}
	rows, err := w.cfg.Desk.Documents(x.v.Who, x.rec.Ref)
	if err != nil {
		return console.Section{}, false, err
	}
	t := documentTable(x.v, rows)
	return console.Section{Title: "doc.title", Table: &t}, true, nil
}

func documentTable(v *console.Visit, rows []desk.DocumentRow) page.Table {
	t := page.Table{Caption: "doc.title", Cols: []page.Col{{Label: "doc.name"}, {Label: "doc.serial", Short: true}, {Label: "doc.at", Short: true},
		{Label: "case.number", Short: true}, {Label: "doc.printed", Short: true}}, Empty: page.Empty{What: "doc.none", Do: "doc.none-do"}}
	for i := range rows {
		r := &rows[i]
		name, number := page.Word(r.Title), page.Code(r.ReceiptNo)
		if r.Void {
			name, number = page.Word(r.Title).Under(v.T("doc.void")), page.Word("—")
			t.Add(name, page.Code(r.Serial), page.Word("—"), number, page.Word(""))
			continue
		}
		name.Href, number.Href = docPath(r.Case, r.Serial)+"?print=1", "/cases/"+r.Case.ID
		printed := page.State(page.Badge{Tone: page.Warn, Word: "doc.unprinted"})
		if n := len(r.Prints); n > 0 {
			printed = page.When(r.Prints[n-1].At).Under(v.T("doc.times", n))
		}
		t.Add(name, page.Code(r.Serial), page.When(r.At), number, printed)
	}
	return t
}

// unprinted is what nobody has printed yet, for the next log-in (F-12, W-04).
func (w *Web) unprinted(v *console.Visit) error {
	rows, err := w.cfg.Desk.Unprinted(v.Who)
	if err != nil {
		return err
	}
	t := documentTable(v, rows)
	return v.Show(page.View{Title: "nav.documents", Active: "documents"},
		console.Sheet{Sections: []console.Section{{ID: "list", Refresh: 20, Lead: "doc.lead", Table: &t}}})
}

// receiptCode draws the signed code of the receipt (D-01).
func (w *Web) receiptCode(v *console.Visit) error {
	c, _, err := console.Read[protocol.Case](v.Records(), caseRef(v))
	if err != nil {
		return err
	}
	doc, ok := receiptDoc(c)
	if !ok {
		return protocol.NewFault(protocol.Gone, "draw receipt code", "该办件的收件凭证没有二维码")
	}
	code, err := qrcode.New(doc.Code, qrcode.Medium)
	if err != nil {
		return err
	}
	png, err := code.PNG(-4) // four dots a module: whole pixels, sharp in print
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "image/png")
	http.ServeContent(v.W, v.R, "", doc.At.Time(), bytes.NewReader(png))
	return nil
}

// receiptDoc is the newest document of a receipt that has a code.
func receiptDoc(c *protocol.Case) (protocol.Doc, bool) {
	for i := len(c.Docs) - 1; i >= 0; i-- {
		if c.Docs[i].Code != "" {
			return c.Docs[i], true
		}
	}
	return protocol.Doc{}, false
}
