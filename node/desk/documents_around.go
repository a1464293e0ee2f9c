package desk

import (
	"context"

	"xiangyun/node/paper"
	"xiangyun/node/store"
	"xiangyun/protocol"
)

// scribeParcel gives a dispatch its list of what changes hands (D-14).
func (d *Desk) scribeParcel(tx *store.Tx, draft *protocol.Draft) error {
	want, ok := draft.Body.(protocol.Parcel)
	if !ok || draft.Act != "dispatch" {
		return nil
	}
	p, err := loadIf[protocol.Parcel](&tx.ReadTx, draft.Ref)
	if err != nil || p == nil {
		return err
	}
	if c, err := loadIf[protocol.Case](&tx.ReadTx, protocol.Ref{Kind: "case", ID: p.Case}); err != nil || c == nil {
		return err // the papers go without a list rather than not at all
	}
	doc, err := d.blankAround(tx, 14, "")
	if err != nil {
		return err
	}
	want.Docs = []protocol.Doc{doc}
	draft.Body = want
	if doc, err = d.filledAround(tx, *draft, doc); err != nil {
		return err
	}
	want.Docs = []protocol.Doc{doc}
	draft.Body = want
	return nil
}

// scribeComplaint gives the telling of an outcome its letter (D-19).
func (d *Desk) scribeComplaint(tx *store.Tx, draft *protocol.Draft) error {
	want, ok := draft.Body.(protocol.Complaint)
	if !ok || draft.Act != "tell" {
		return nil
	}
	c, err := loadIf[protocol.Complaint](&tx.ReadTx, draft.Ref)
	if err != nil || c == nil {
		return err
	}
	agency, err := loadIf[protocol.Agency](&tx.ReadTx, protocol.Ref{Kind: "agency", ID: c.Agency})
	if err != nil {
		return err
	}
	issuer := ""
	if agency != nil {
		issuer = agency.Name
	}
	doc, err := d.blankAround(tx, 19, issuer)
	if err != nil {
		return err
	}
	want.Docs = []protocol.Doc{doc}
	draft.Body = want
	if doc, err = d.filledAround(tx, *draft, doc); err != nil {
		return err
	}
	want.Docs = []protocol.Doc{doc}
	draft.Body = want
	return nil
}

func (d *Desk) blankAround(tx *store.Tx, template int, issuer string) (doc protocol.Doc, err error) {
	serial, err := tx.NextSerial(template)
	if err != nil {
		return doc, err
	}
	self, err := tx.Self(d.Node)
	if err != nil {
		return doc, err
	}
	if issuer == "" {
		issuer = self.Name + "政务服务窗口"
	}
	return protocol.Doc{Serial: serial.String(), Version: paper.Version, Agency: issuer, Place: self.Name, Digest: unread}, nil
}

// filledAround has the act judged with the blank document and puts in the digest of
// what the document says then.
func (d *Desk) filledAround(tx *store.Tx, draft protocol.Draft, doc protocol.Doc) (protocol.Doc, error) {
	body, err := tx.Judge(draft)
	if err != nil {
		return doc, err
	}
	docs, _, err := docsOf(protocol.Record{Ref: draft.Ref, Body: body})
	if err != nil {
		return doc, err
	}
	written, err := builtOf(&tx.ReadTx, protocol.Record{Ref: draft.Ref, Body: body}, docs[len(docs)-1])
	if err != nil {
		return doc, err
	}
	if doc.Digest, err = written.Digest(); err != nil {
		return doc, err
	}
	doc.Sum, err = d.press.sum(tx, d.Papers, doc.Digest, written)
	return doc, err
}

// documented are the kinds of record that list documents.
var documented = []protocol.KindName{"case", "parcel", "complaint"}

// docsOf gives the documents of a record, and the receipt number people know it by.
func docsOf(rec protocol.Record) (docs []protocol.Doc, receiptNo string, err error) {
	switch rec.Ref.Kind {
	case "case":
		c, err := protocol.Load[protocol.Case](rec)
		if err != nil {
			return nil, "", err
		}
		return c.Docs, c.ReceiptNo, nil
	case "parcel":
		p, err := protocol.Load[protocol.Parcel](rec)
		if err != nil {
			return nil, "", err
		}
		return p.Docs, p.ReceiptNo, nil
	case "complaint":
		c, err := protocol.Load[protocol.Complaint](rec)
		if err != nil {
			return nil, "", err
		}
		return c.Docs, c.External, nil
	}
	return nil, "", nil
}

// builtOf builds a document from a record that lists it.
func builtOf(tx *store.ReadTx, rec protocol.Record, doc protocol.Doc) (paper.Document, error) {
	switch rec.Ref.Kind {
	case "parcel":
		return parcelPaper(tx, rec, doc)
	case "complaint":
		c, err := protocol.Load[protocol.Complaint](rec)
		if err != nil {
			return paper.Document{}, err
		}
		return paper.OfComplaint(rec.Ref.ID, doc, c)
	}
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return paper.Document{}, err
	}
	return writtenOf(tx, rec.Ref.ID, c, doc)
}

func parcelPaper(tx *store.ReadTx, rec protocol.Record, doc protocol.Doc) (paper.Document, error) {
	p, err := protocol.Load[protocol.Parcel](rec)
	if err != nil {
		return paper.Document{}, err
	}
	c, err := loadIf[protocol.Case](tx, protocol.Ref{Kind: "case", ID: p.Case})
	if err != nil || c == nil {
		return paper.Document{}, noCaseOf(rec.Ref, err)
	}
	item, err := loadIf[protocol.Item](tx, protocol.Ref{Kind: "item", ID: c.Item})
	if err != nil {
		return paper.Document{}, err
	}
	leg := protocol.Leg{}
	for _, l := range p.Legs {
		if l.Sent == doc.At {
			leg = l
		}
	}
	giver, err := tx.Self(leg.Giver.Node)
	if err != nil {
		return paper.Document{}, err
	}
	taker, err := tx.Self(leg.To)
	if err != nil {
		return paper.Document{}, err
	}
	return paper.OfParcel(paper.Source{ID: p.Case, Doc: doc, Case: c, Item: item}, rec.Ref.ID, p, giver.Name, taker.Name)
}

func noCaseOf(ref protocol.Ref, err error) error {
	if err != nil {
		return err
	}
	return &protocol.Fault{Code: protocol.Gone, Op: "print", Ref: ref, Text: "本节点没有该原件包所属的办件"}
}

// Checklist prints D-02 before there is a case: what the applicant has, and all that is
// missing, of the guide shown (§14.3). Its number is used up; nothing else is kept.
func (d *Desk) Checklist(ctx context.Context, who *protocol.Account, in Intake) (p Printed, err error) {
	if err := d.may(who, protocol.MayReceive, ""); err != nil {
		return p, err
	}
	var written paper.Document
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		item, err := loadIf[protocol.Item](&tx.ReadTx, protocol.Ref{Kind: "item", ID: in.Item})
		if err != nil {
			return err
		}
		rec, ok, err := tx.Get(protocol.Ref{Kind: "guide", ID: in.Item})
		if err != nil {
			return err
		}
		if item == nil || !ok {
			return &protocol.Fault{Code: protocol.Refused, Op: "checklist", Rule: "C-02a", Text: "没有找到该事项或其办事指南"}
		}
		guide, err := protocol.Load[protocol.Guide](rec)
		if err != nil {
			return err
		}
		if p.Doc, err = d.blankAround(tx, 2, ""); err != nil {
			return err
		}
		p.Doc.At, p.Doc.By, p.Doc.Place = tx.Now(), By(who), p.Doc.Place+in.Window
		written, err = paper.OfChecklist(p.Doc, item, guide, protocol.HashOf(rec.Body), in.Applicant, in.Materials)
		return err
	})
	if err != nil {
		return p, err
	}
	made, err := paper.Render(written)
	if err != nil {
		return p, err
	}
	p.Title, p.PDF, p.Sum, p.Warnings = paper.Title(2), made.PDF, made.Sum, made.Warnings
	serial, err := protocol.ParseSerial(p.Doc.Serial)
	if err != nil {
		return p, err
	}
	return p, d.Store.Printed(ctx, serial, By(who)) // it goes to the applicant or nowhere: it never waits in a list
}
