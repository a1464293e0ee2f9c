package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"xiangyun/node/paper"
	"xiangyun/node/store"
	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// packetFormat names what an archive packet is made of; another make has another name.
const packetFormat = "xiangyun-archive/1"

// Packet is all that this place holds of a case, in one file of open format (cases.md
// §15; C-23d): what happened, with the signed lines of the journal that are ours; the
// documents with the sum of each file; the manifests of the scans; what belongs to the
// case. Its own sum is in the entry that archives the case, and with it all of these.
type Packet struct {
	Format    string           `json:"format"`
	Case      protocol.Ref     `json:"case"`
	Rev       uint64           `json:"rev"`
	Record    json.RawMessage  `json:"record"`
	History   []PacketStep     `json:"history"`
	Documents []PacketPaper    `json:"documents"`
	Scans     []PacketRecord   `json:"scans,omitempty"`   // manifests
	Related   []PacketRecord   `json:"related,omitempty"` // parcels, remedies, complaints
	Pinned    []protocol.Dep   `json:"pinned"`            // item version and guide the case was handled by
	At        protocol.Instant `json:"at"`                // of the case's last act, so that the packet of one state is one file
}

// PacketStep is one act of the case. Entry is the line as it was signed over (wire.ReadEntry
// reads it); empty for what other places wrote, which their archives hold.
type PacketStep struct {
	Act   protocol.Act     `json:"act"`
	By    string           `json:"by"`
	At    protocol.Instant `json:"at"`
	Home  protocol.NodeID  `json:"home"`
	Index uint64           `json:"index,omitempty"`
	Entry []byte           `json:"entry,omitempty"`
}

// PacketPaper is one document: the digest of its words, and the sum of its file.
type PacketPaper struct {
	Serial string         `json:"serial"`
	Digest protocol.Hash  `json:"digest"`
	Sum    *protocol.Hash `json:"sum,omitempty"` // none for a paper that only another place can make
}

// PacketRecord is one record as it stands.
type PacketRecord struct {
	Ref  protocol.Ref    `json:"ref"`
	Rev  uint64          `json:"rev"`
	Body json.RawMessage `json:"body"`
}

// PacketFile is a packet that is kept: ID goes into the entry that archives the case.
type PacketFile struct {
	ID   protocol.BlobID
	File []byte
}

// Packet makes the archive packet of a case and keeps it. The same state of the case
// gives the same file.
func (d *Desk) Packet(ctx context.Context, who *protocol.Account, on protocol.Ref) (f PacketFile, err error) {
	if err := d.may(who, protocol.MayReadCases, ""); err != nil {
		return f, err
	}
	p := Packet{Format: packetFormat, Case: on}
	var papers []packetPaper
	err = d.Store.View(func(tx *store.ReadTx) (err error) {
		papers, err = p.read(tx)
		return err
	})
	if err != nil {
		return f, err
	}
	for _, w := range papers {
		sum, err := d.sumOf(ctx, w)
		if err != nil {
			return f, err
		}
		p.Documents = append(p.Documents, PacketPaper{w.doc.Serial, w.doc.Digest, sum})
	}
	if f.File, err = json.MarshalIndent(p, "", "\t"); err != nil {
		return f, err
	}
	f.ID = protocol.BlobID("sha256:" + protocol.HashOf(f.File).String())
	return f, d.Papers.Keep(ctx, f.ID, f.File)
}

// packetPaper is a document and what it can be made of here.
type packetPaper struct {
	doc   protocol.Doc
	found []paper.Document
}

func (p *Packet) read(tx *store.ReadTx) (papers []packetPaper, err error) {
	c, rec, err := load[protocol.Case](tx, p.Case)
	if err != nil {
		return nil, err
	}
	p.Rev, p.Record, p.At = rec.Rev, rec.Body, rec.At
	p.Pinned = tx.Cite(protocol.Ref{Kind: "item", ID: c.Item}, protocol.Ref{Kind: "guide", ID: c.Item})
	if p.History, err = happened(tx, p.Case); err != nil {
		return nil, err
	}
	if p.Scans, err = packed(tx, scansOf(c)); err != nil {
		return nil, err
	}
	var related []protocol.Ref
	for _, kind := range []protocol.KindName{"parcel", "complaint"} {
		related = append(related, tx.ByKey(kind, p.Case.ID)...)
		related = append(related, tx.ByKey(kind, p.Case.String())...)
	}
	for _, e := range tx.ByKey("evaluation", p.Case.String()) { // who evaluated stays out of it (E-02)
		related = append(related, protocol.Ref{Kind: "remedy", ID: e.ID})
	}
	if p.Related, err = packed(tx, related); err != nil {
		return nil, err
	}
	for _, doc := range c.Docs {
		found, err := sources(tx, rec, doc)
		if err != nil {
			return nil, err
		}
		papers = append(papers, packetPaper{doc, found})
	}
	return papers, nil
}

// happened lists the acts, with the own lines of the journal.
func happened(tx *store.ReadTx, on protocol.Ref) (list []PacketStep, err error) {
	steps, err := tx.History(on)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		step := PacketStep{Act: s.Act, By: s.By, At: s.At, Home: s.Home, Index: s.Index}
		e, err := tx.Line(on, s.Act, s.At)
		if err != nil {
			return nil, err
		}
		if e != nil {
			step.Entry = wire.AppendEntry(nil, e)
		}
		list = append(list, step)
	}
	return list, nil
}

func scansOf(c *protocol.Case) (refs []protocol.Ref) {
	for _, m := range c.Materials {
		for _, id := range m.Blobs {
			refs = append(refs, protocol.Ref{Kind: "blob", ID: id})
		}
	}
	return refs
}

func packed(tx *store.ReadTx, refs []protocol.Ref) (list []PacketRecord, err error) {
	slices.SortFunc(refs, func(a, b protocol.Ref) int { return strings.Compare(a.String(), b.String()) })
	for _, ref := range slices.Compact(refs) {
		rec, ok, err := tx.Get(ref)
		if err != nil {
			return nil, err
		}
		if ok && rec.Body != nil {
			list = append(list, PacketRecord{ref, rec.Rev, rec.Body})
		}
	}
	return list, nil
}

// sumOf gives the sum of a document's file, made again where the entry has none; nil
// for what only another place can make.
func (d *Desk) sumOf(ctx context.Context, w packetPaper) (*protocol.Hash, error) {
	if !w.doc.Sum.IsZero() {
		return &w.doc.Sum, nil
	}
	var p Printed
	p.Doc = w.doc
	err := d.print(ctx, &p, w.found)
	if protocol.CodeOf(err) == protocol.Gone {
		return nil, nil
	}
	return &p.Sum, err
}
