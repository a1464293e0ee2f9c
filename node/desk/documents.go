package desk

import (
	"errors"
	"slices"

	"xiangyun/node/paper"
	"xiangyun/node/store"
	"xiangyun/protocol"
)

// Signer signs receipt codes with the key of this node (identity.Holder).
type Signer interface {
	SignReceipt(protocol.ReceiptQR) (string, error)
}

// Scribe gives an act on a case what it owes beside itself: its document, and the
// statutory number with an acceptance; a parcel on its way and a complaint that is
// answered get theirs. It is the store's scribe: every act on a case
// passes it, whoever takes it (store.Config.Scribe).
func (d *Desk) Scribe(tx *store.Tx, draft *protocol.Draft) error {
	switch draft.Ref.Kind {
	case "case":
	case "parcel":
		return d.scribeParcel(tx, draft)
	case "complaint":
		return d.scribeComplaint(tx, draft)
	default:
		return nil
	}
	want, err := wanted(draft.Body)
	if err != nil || want == nil {
		return err
	}
	s := scribe{desk: d, tx: tx, draft: *draft, want: *want}
	if err := s.read(); err != nil || !s.listed() {
		return err
	}
	if err := s.number(); err != nil {
		return err
	}
	s.draft.Body = &s.want
	if err := s.document(); err != nil {
		return err
	}
	draft.Body = &s.want
	return nil
}

// wanted gives the body of a draft; nil for what is no case.
func wanted(body any) (*protocol.Case, error) {
	switch c := body.(type) {
	case protocol.Case:
		return &c, nil
	case *protocol.Case:
		return c, nil
	}
	return nil, nil
}

// scribe writes the document of one act.
type scribe struct {
	desk  *Desk
	tx    *store.Tx
	draft protocol.Draft
	want  protocol.Case
	old   *protocol.Case // nil: the case is new
}

func (s *scribe) read() error {
	rec, ok, err := s.tx.Get(s.draft.Ref)
	if err != nil || !ok {
		return err
	}
	s.old, err = protocol.Load[protocol.Case](rec)
	return err
}

// listed: what the table does not list where the case stands has no document; the
// judge says so (G-07).
func (s *scribe) listed() bool {
	from, ok := protocol.CaseFrom(s.draft.Act)
	if s.old == nil {
		return ok && from == nil
	}
	return slices.Contains(from, s.old.State)
}

// number takes the statutory number of the case with its acceptance (N-02); without
// one the case goes on (N-03).
func (s *scribe) number() (err error) {
	if s.old == nil || s.old.No != "" || s.want.No != "" || s.draft.Act != "accept" {
		return nil
	}
	item, err := s.item(s.old.Item)
	if err != nil || item == nil {
		return err
	}
	s.want.No, err = s.tx.NextCaseNumber(item.ImplCode, s.old.Handler == s.desk.Node)
	return err
}

// document adds the one document that the act owes. What it says is what the judge
// would make of the act; a refusal comes out as it is.
func (s *scribe) document() error {
	template := protocol.OwedDocument(s.draft.Act, s.old, s.before())
	if s.draft.Act == "recount" { // only the judge's count says whether a day moves to later
		if _, err := s.tx.Judge(s.draft); !refusedBy(err, "D-17") {
			return err
		}
		template = 17
	}
	if template == 0 {
		return nil
	}
	doc, err := s.blank(template)
	if err != nil {
		return err
	}
	written, err := s.written(doc)
	if err != nil {
		return err
	}
	if doc.Digest, err = written.Digest(); err != nil {
		return err
	}
	if doc.Sum, err = s.desk.press.sum(s.tx, s.desk.Papers, doc.Digest, written); err != nil {
		return err
	}
	s.want.Docs = []protocol.Doc{doc}
	return nil
}

func (s *scribe) before() *protocol.Case {
	if s.old == nil {
		return &protocol.Case{}
	}
	return s.old
}

func refusedBy(err error, rule string) bool {
	var f *protocol.Fault
	return errors.As(err, &f) && f.Code == protocol.Refused && f.Rule == rule
}

// unread stands for the digest of a document that is only being written.
var unread = protocol.Hash{0: 1}

// blank is the document before it says anything: number, issuer, place, code.
func (s *scribe) blank(template int) (doc protocol.Doc, err error) {
	serial, err := s.tx.NextSerial(template)
	if err != nil {
		return doc, err
	}
	self, err := s.tx.Self(s.desk.Node)
	if err != nil {
		return doc, err
	}
	doc = protocol.Doc{Serial: serial.String(), Version: paper.Version, Agency: s.before().AgencyName, Place: self.Name, Digest: unread}
	switch {
	case template == 1:
		doc.Agency = self.Name + "政务服务窗口"
		doc.Place = self.Name + s.window()
		if doc.Code, err = s.code(); protocol.CodeOf(err) == protocol.Malformed {
			err = nil // the case cannot be received so: the judge says why
		}
	case template == 11 && s.want.Delivery != nil && s.want.Delivery.Place != "":
		at, err := s.tx.Self(s.want.Delivery.Place)
		if err != nil {
			return doc, err
		}
		doc.Place = at.Name
	}
	if doc.Agency == "" {
		doc.Agency = self.Name
	}
	return doc, err
}

func (s *scribe) window() string {
	if s.old == nil {
		return s.want.Received.Window
	}
	return last(s.want.Supplements).Window
}

// code signs what the receipt says (cases.md §9).
func (s *scribe) code() (string, error) {
	if s.desk.Sign == nil {
		return "", protocol.NewFault(protocol.Internal, "sign receipt", "本节点没有签发收件凭证的密钥")
	}
	c, at, materials := s.old, s.tx.Now(), s.before().Materials
	if c == nil {
		c, materials = &s.want, s.want.Materials
	}
	if x := last(s.want.Supplements); s.old != nil {
		materials = x.Lines
		if s.draft.Answers.Kind == "request" && x.Clerk != "" { // received elsewhere
			at = x.At
		}
	}
	if s.want.Resurrected != nil {
		return s.want.Resurrected.Code, nil // the paper that the applicant has stays the one receipt
	}
	guide := c.Guide
	if s.old == nil {
		rec, _, err := s.tx.Get(protocol.Ref{Kind: "guide", ID: c.Item})
		if err != nil {
			return "", err
		}
		guide = protocol.HashOf(rec.Body)
	}
	return s.desk.Sign.SignReceipt(protocol.ReceiptQR{Case: s.draft.Ref.ID, ReceiptNo: c.ReceiptNo, Item: c.Item, Guide: guide, Received: at,
		FP: protocol.ShortFP(c.Applicant.FP), Materials: protocol.MaterialsDigest(materials)})
}

// written is what the document says, of the case as the act leaves it.
func (s *scribe) written(doc protocol.Doc) (paper.Document, error) {
	s.want.Docs = []protocol.Doc{doc}
	body, err := s.tx.Judge(s.draft)
	if err != nil {
		return paper.Document{}, err
	}
	c, err := protocol.Load[protocol.Case](protocol.Record{Ref: s.draft.Ref, Body: body})
	if err != nil {
		return paper.Document{}, err
	}
	return writtenOf(&s.tx.ReadTx, s.draft.Ref.ID, c, c.Docs[len(c.Docs)-1])
}

// writtenOf builds a document from the entry: the case, and the item version and
// guide it pins.
func writtenOf(tx *store.ReadTx, id string, c *protocol.Case, doc protocol.Doc) (paper.Document, error) {
	item, err := loadIf[protocol.Item](tx, protocol.Ref{Kind: "item", ID: c.Item})
	if err != nil {
		return paper.Document{}, err
	}
	guide, err := loadIf[protocol.Guide](tx, protocol.Ref{Kind: "guide", ID: c.Item})
	if err != nil {
		return paper.Document{}, err
	}
	return paper.Of(paper.Source{ID: id, Doc: doc, Case: c, Item: item, Guide: guide})
}

func (s *scribe) item(id string) (*protocol.Item, error) {
	return loadIf[protocol.Item](&s.tx.ReadTx, protocol.Ref{Kind: "item", ID: id})
}

// loadIf reads a record as T; nil when it is not here.
func loadIf[T any](tx *store.ReadTx, ref protocol.Ref) (*T, error) {
	rec, ok, err := tx.Get(ref)
	if err != nil || !ok {
		return nil, err
	}
	return protocol.Load[T](rec)
}
