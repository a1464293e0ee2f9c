package protocol

// withPaper gives the wanted case the document that the act owes, as a desk does:
// without one no such act is legal. A scene that brings its own keeps it.
func (s *scene) withPaper() any {
	want, ok := s.want.(*Case)
	if !ok || len(want.Docs) > 0 {
		return s.want
	}
	old, _ := s.old.(*Case)
	template := OwedDocument(s.act, old, whatOwes(old))
	if s.act == "recount" {
		template = 17
	}
	if template == 0 {
		return s.want
	}
	c := *want
	c.Docs = []Doc{s.paper(template, old, want)}
	return &c
}

func whatOwes(old *Case) *Case {
	if old == nil {
		return &Case{}
	}
	return old
}

func (s *scene) paper(template int, old, want *Case) Doc {
	h := s.header()
	d := Doc{Version: 1, Agency: "样例机构", Place: "样例窗口", Digest: Hash{9},
		Serial: Serial{Place: "222400", Template: template, Year: h.At.Time().Year(), Ordinal: 7, Counter: 1 + len(whatOwes(old).Docs)}.String()}
	if template == 1 {
		d.Code = s.receiptCode(h, old, want)
		if want.Resurrected != nil {
			d.Code = want.Resurrected.Code
		}
	}
	return d
}

// receiptCode is a code with the right words and nobody's signature: judges read
// the words, and windows the signature.
func (s *scene) receiptCode(h *Header, old, want *Case) string {
	c, at := want, h.At
	if old != nil {
		c = old
		if w := newest(want.Supplements); h.Answers.Kind == "request" && w.Clerk != "" {
			at = w.At
		}
	}
	r := ReceiptQR{Case: s.ref.ID, ReceiptNo: c.ReceiptNo, Item: c.Item, Guide: c.Guide, Received: at, FP: ShortFP(c.Applicant.FP),
		Materials: MaterialsDigest(want.Materials), Certificate: [16]byte{1}}
	if rec, ok := s.view.Cited(Ref{"guide", c.Item}); ok && old == nil {
		r.Guide = HashOf(rec.Body)
	}
	text, err := r.Text()
	if err != nil {
		return ""
	}
	code, err := SealReceiptQR(text, make([]byte, receiptSigSize))
	if err != nil {
		return ""
	}
	return code
}
