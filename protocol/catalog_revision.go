package protocol

import "encoding/json"

// Revision is an approved entry, byte for byte, under its own hash (登记内容).
// It is immutable, so a listing names it by hash and old releases stay readable.
//
//	– ─put→ put
type Revision struct {
	Entry   string          `json:"entry"`
	Rev     uint64          `json:"rev"`
	Content json.RawMessage `json:"content"`
	Rest
}

var _ = Define("catalog.revision", Spec[Revision]{
	Title: "登记内容", English: "catalogue revision", Lane: Bulk,
	Acts:     map[Act]Judge[Revision]{"put": putRevision},
	Home:     func(*Revision) NodeID { return Hub },
	Audience: func(*Revision) Audience { return Everyone() },
	Terms:    func(r *Revision) Terms { return Terms{Title: r.Entry, Keys: []string{r.Entry}} },
})

func putRevision(old, want *Revision, h *Header, v View) (*Revision, *Refusal) {
	if old != nil {
		return nil, refuse("K-11", "该内容已登记")
	}
	rec, ok := v.Cited(Ref{"catalog.entry", want.Entry})
	if !ok || rec.Rev != want.Rev || HashOf(rec.Body).String() != h.Ref.ID || string(rec.Body) != string(want.Content) {
		return nil, refuse("K-11", "登记内容须与所引用的条目逐字节一致")
	}
	if kept, err := json.Marshal(want.Content); err != nil || string(kept) != string(want.Content) {
		return nil, refuse("K-11", "条目正文含多余空白或未转义字符,无法逐字节登记,请退回重新报送") // the encoder would change it
	}
	next := *want
	return &next, nil
}
