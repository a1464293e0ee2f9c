package desk

import (
	"cmp"
	"context"
	"slices"

	"xiangyun/node/paper"
	"xiangyun/node/store"
	"xiangyun/protocol"
)

// Print is one printing of a document, and DayNumbers the report of a day's numbers, as
// the store has them.
type (
	Print      = store.Print
	DayNumbers = store.DayNumbers
)

// Printed is a document as it is printed: the same bytes each time.
type Printed struct {
	Doc      protocol.Doc
	Case     protocol.Ref
	Title    string
	PDF      []byte
	Sum      protocol.Hash      // SHA-256 of PDF
	Prints   []store.Print      // when it was printed here
	Warnings []protocol.Warning // what a person should look at before handing it over
}

// Document gives a document of a case, a parcel or a complaint as it was printed; the
// zero Ref finds the record by the serial. A file that is not here is
// made again from the entry, and given only when it says what the entry says it said.
func (d *Desk) Document(ctx context.Context, who *protocol.Account, on protocol.Ref, serial string) (Printed, error) {
	if err := d.may(who, protocol.MayReadCases, ""); err != nil {
		return Printed{}, err
	}
	var p Printed
	var found []paper.Document
	err := d.Store.View(func(tx *store.ReadTx) (err error) {
		if on, err = caseOf(tx, on, serial); err != nil {
			return err
		}
		p.Case = on
		rec, doc, err := docIn(tx, on, serial)
		if err != nil {
			return err
		}
		p.Doc = doc
		if p.Prints, err = tx.Prints(serial); err != nil {
			return err
		}
		found, err = sources(tx, rec, doc)
		return err
	})
	if err != nil {
		return p, err
	}
	return p, d.print(ctx, &p, found)
}

// caseOf finds the record of a document when it is not named.
func caseOf(tx *store.ReadTx, on protocol.Ref, serial string) (protocol.Ref, error) {
	if on != (protocol.Ref{}) {
		return on, nil
	}
	for _, kind := range documented {
		if refs := tx.ByKey(kind, serial); len(refs) > 0 {
			return refs[0], nil
		}
	}
	return on, noDocument(on, serial)
}

// docIn reads a record and the document of it that bears a serial.
func docIn(tx *store.ReadTx, on protocol.Ref, serial string) (rec protocol.Record, doc protocol.Doc, err error) {
	rec, ok, err := tx.Get(on)
	if err != nil {
		return rec, doc, err
	}
	if !ok {
		return rec, doc, noDocument(on, serial)
	}
	docs, _, err := docsOf(rec)
	if err != nil {
		return rec, doc, err
	}
	if doc, ok = protocol.FindDoc(docs, serial); !ok {
		return rec, doc, noDocument(on, serial)
	}
	return rec, doc, nil
}

func noDocument(on protocol.Ref, serial string) error {
	f := protocol.NewFault(protocol.Gone, "read document", "没有编号为 %s 的文书", serial)
	f.Ref = on
	return f
}

// sources builds the document from what this place has of it: from the entry where
// the journal is ours, and from the record as it stands, which may have gone on since.
func sources(tx *store.ReadTx, rec protocol.Record, doc protocol.Doc) (found []paper.Document, err error) {
	body, err := tx.Written(rec.Ref, doc.Act, doc.At)
	if err != nil {
		return nil, err
	}
	for _, body := range [][]byte{body, rec.Body} {
		if body == nil {
			continue
		}
		if w, err := builtOf(tx, protocol.Record{Ref: rec.Ref, Body: body}, doc); err == nil { // what is lacking is told when nothing fits
			found = append(found, w)
		}
	}
	return found, nil
}

// print finds the file or makes it again.
func (d *Desk) print(ctx context.Context, p *Printed, found []paper.Document) error {
	serial, err := protocol.ParseSerial(p.Doc.Serial)
	if err != nil {
		return err
	}
	p.Title, p.Sum = paper.Title(serial.Template), p.Doc.Sum
	if !p.Sum.IsZero() && d.Papers != nil {
		if p.PDF, err = d.Papers.File(ctx, p.Doc.Blob()); err == nil {
			return nil
		}
		if protocol.CodeOf(err) != protocol.Gone {
			return err
		}
	}
	return d.printAgain(ctx, p, found)
}

func (d *Desk) printAgain(ctx context.Context, p *Printed, found []paper.Document) error {
	for _, w := range found {
		digest, err := w.Digest()
		if err != nil {
			return err
		}
		if digest != p.Doc.Digest {
			continue
		}
		made, err := d.press.make(ctx, d.Papers, digest, w)
		if err != nil {
			return err
		}
		if !p.Doc.Sum.IsZero() && made.Sum != p.Doc.Sum {
			return &protocol.Fault{Code: protocol.BadChain, Op: "print again", Ref: p.Case,
				Text: "重新生成的文书 " + p.Doc.Serial + " 与原件不一致,不能出具;请联系运维人员", Hint: "模板或字库与出具时的版本不同"}
		}
		p.PDF, p.Sum, p.Warnings = made.PDF, made.Sum, made.Warnings
		return nil
	}
	return &protocol.Fault{Code: protocol.Gone, Op: "print again", Ref: p.Case,
		Text: "文书 " + p.Doc.Serial + " 由其他节点出具,本地没有原件且办件其后有变动;请向出具地(" + p.Doc.Place + ")调取"}
}

// MarkPrinted notes that a document left the printer, the first time or again (F-12).
func (d *Desk) MarkPrinted(ctx context.Context, who *protocol.Account, on protocol.Ref, serial string) error {
	if err := d.may(who, protocol.MayReadCases, ""); err != nil {
		return err
	}
	err := d.Store.View(func(tx *store.ReadTx) (err error) {
		if on, err = caseOf(tx, on, serial); err != nil {
			return err
		}
		_, _, err = docIn(tx, on, serial)
		return err
	})
	if err != nil {
		return err
	}
	s, err := protocol.ParseSerial(serial)
	if err != nil {
		return err
	}
	return d.Store.Printed(ctx, s, By(who))
}

// DocumentRow is one document in a list.
type DocumentRow struct {
	protocol.Doc
	Title     string        `json:"title"`
	Case      protocol.Ref  `json:"case"`
	ReceiptNo string        `json:"receipt_no"`
	Prints    []store.Print `json:"prints,omitempty"`
	Void      bool          `json:"void,omitempty"` // the number was handed out and its act did not stand
}

// Documents lists the documents of a case with those of its parcels, oldest first.
func (d *Desk) Documents(who *protocol.Account, on protocol.Ref) (rows []DocumentRow, err error) {
	if err := d.may(who, protocol.MayReadCases, ""); err != nil {
		return nil, err
	}
	err = d.Store.View(func(tx *store.ReadTx) error {
		for _, ref := range append([]protocol.Ref{on}, tx.ByKey("parcel", on.ID)...) {
			more, err := rowsOf(tx, ref)
			if err != nil {
				return err
			}
			rows = append(rows, more...)
		}
		return nil
	})
	slices.SortStableFunc(rows, func(a, b DocumentRow) int { return cmp.Compare(a.At, b.At) })
	return rows, err
}

// rowsOf gives the documents of one record.
func rowsOf(tx *store.ReadTx, ref protocol.Ref) (rows []DocumentRow, err error) {
	rec, ok, err := tx.Get(ref)
	if err == nil && !ok {
		err = &protocol.Fault{Code: protocol.Gone, Op: "read", Ref: ref, Text: "没有找到该记录"}
	}
	if err != nil {
		return nil, err
	}
	docs, receiptNo, err := docsOf(rec)
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		row, err := rowOf(tx, ref, receiptNo, doc)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func rowOf(tx *store.ReadTx, on protocol.Ref, receiptNo string, doc protocol.Doc) (DocumentRow, error) {
	row := DocumentRow{Doc: doc, Case: on, ReceiptNo: receiptNo}
	serial, err := protocol.ParseSerial(doc.Serial)
	if err != nil {
		return row, err
	}
	row.Title = paper.Title(serial.Template)
	row.Prints, err = tx.Prints(doc.Serial)
	return row, err
}

// maxUnprinted bounds the list of a log-in.
const maxUnprinted = 200

// Unprinted lists the documents of this node that nobody has printed, newest first
// of each kind, and the void numbers among them (F-12).
func (d *Desk) Unprinted(who *protocol.Account) (rows []DocumentRow, err error) {
	if err := d.may(who, protocol.MayReadCases, ""); err != nil {
		return nil, err
	}
	err = d.Store.View(func(tx *store.ReadTx) error {
		waiting, err := tx.Unprinted(maxUnprinted)
		if err != nil {
			return err
		}
		for _, u := range waiting {
			row, err := unprintedRow(tx, u)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, err
}

func unprintedRow(tx *store.ReadTx, u store.Unprinted) (DocumentRow, error) {
	row := DocumentRow{Doc: protocol.Doc{Serial: u.Serial.String()}, Title: paper.Title(u.Serial.Template), Void: true}
	on, err := caseOf(tx, u.Case, row.Serial)
	if protocol.CodeOf(err) == protocol.Gone {
		return row, nil
	}
	rec, doc, err := docIn(tx, on, row.Serial)
	if err != nil {
		return row, err
	}
	_, receiptNo, err := docsOf(rec)
	if err != nil {
		return row, err
	}
	return rowOf(tx, on, receiptNo, doc)
}

// DayNumbers is the gap report of the statutory numbers of a day (N-04).
func (d *Desk) DayNumbers(who *protocol.Account, day protocol.Day) (all []store.DayNumbers, err error) {
	if err := d.may(who, protocol.MayReadCases, ""); err != nil {
		return nil, err
	}
	err = d.Store.View(func(tx *store.ReadTx) error {
		all, err = tx.Numbers(d.Node, day)
		return err
	})
	return all, err
}
