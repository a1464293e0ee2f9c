package protocol

import (
	"slices"
	"unicode/utf8"
)

// Doc is one document that an act of the case gave (cases.md §9). It is part of
// the entry of that act: what the paper says is fixed with it, before anything is
// printed. Digest is the SHA-256 of what the document says, in the order it says
// it; together with the template and its version it decides every byte of the
// file. Sum is the SHA-256 of the file itself, and with it the name of its blob,
// where the file was made before the entry.
type Doc struct {
	Serial  string   `json:"serial"`
	Version int      `json:"version"` // of the template
	Act     Act      `json:"act"`
	At      Instant  `json:"at"`
	By      string   `json:"by"`
	Agency  string   `json:"agency"` // who issues it, in the words printed
	Place   string   `json:"place"`  // window or office, in the words printed
	Digest  Hash     `json:"digest"`
	Sum     Hash     `json:"sum,omitzero"`
	Code    string   `json:"code,omitempty"` // D-01: the signed receipt code (XYR1), which no later certificate can make again
	Due     []DocDue `json:"due,omitempty"`
}

// DocDue is one date a document promises, and the calendars it was counted on.
type DocDue struct {
	Clock       ClockID       `json:"clock"`
	Day         Day           `json:"day,omitzero"` // none while a special procedure runs
	Was         Day           `json:"was,omitzero"` // before the act, where the act moved it
	Provisional bool          `json:"provisional,omitempty"`
	Calendars   []CalendarUse `json:"calendars,omitempty"`
}

// CalendarUse names one version of a year's calendar; version 0 is a year that
// is not published.
type CalendarUse struct {
	Year    int `json:"year"`
	Version int `json:"version"`
}

// Blob names the file of a document whose sum is known.
func (d *Doc) Blob() BlobID { return BlobID("sha256:" + d.Sum.String()) }

// DocOf gives the document of a case that bears a serial.
func (c *Case) DocOf(serial string) (Doc, bool) {
	return FindDoc(c.Docs, serial)
}

// FindDoc gives the document of a list that bears a serial.
func FindDoc(docs []Doc, serial string) (Doc, bool) {
	i := slices.IndexFunc(docs, func(d Doc) bool { return d.Serial == serial })
	if i < 0 {
		return Doc{}, false
	}
	return docs[i], true
}

// docsOfActs is the last column of cases.md §5; an act that is not listed gives
// no document.
var docsOfActs = []struct {
	act      Act
	template int
	clocks   []ClockID // whose dates the document names
}{
	{"receive", 1, []ClockID{K1}}, {"supplement", 1, []ClockID{K1}}, {"resurrect", 1, []ClockID{K1}},
	{"refuse", 4, nil}, {"notice", 5, []ClockID{K9}},
	{"accept", 3, []ClockID{K2, K3}}, {"deem_accept", 3, []ClockID{K2, K3}},
	{"lapse", 12, nil}, {"reopen", 12, []ClockID{K1}},
	{"special_start", 7, []ClockID{K2, K3}}, {"extend", 8, []ClockID{K3}},
	{"grant", 9, []ClockID{K4}}, {"deny", 10, []ClockID{K4}}, {"deliver", 11, nil},
	{"withdraw", 13, nil}, {"merge", 15, nil}, {"revoke", 16, []ClockID{K3}}, {"terminate", 18, nil},
}

// OwedDocument is the nn of the document that an act gives, or 0: D-06 instead
// of D-03 where a line is owed, D-17 where a recount moves a day of the
// authority to later (K-cal-3).
func OwedDocument(act Act, old, next *Case) int {
	if act == "recount" && old != nil && len(laterDays(old, next)) > 0 {
		return 17
	}
	for _, d := range docsOfActs {
		if d.act != act {
			continue
		}
		if d.template == 3 && next.owes() {
			return 6
		}
		return d.template
	}
	return 0
}

// laterDays names the authority's clocks whose day is later than before.
func laterDays(old, next *Case) (ids []ClockID) {
	for _, id := range []ClockID{K1, K2, K3, K4} {
		was, now := *old.Due.of(id), *next.Due.of(id)
		if !was.IsZero() && was.Before(now) {
			ids = append(ids, id)
		}
	}
	return ids
}

// document checks the one document an act owes and puts it on the case: what is
// printed was fixed with the act, and no act goes without its paper (§5, §9).
func (d *deed) document() *Refusal {
	owed := OwedDocument(d.h.Act, d.old, d.next)
	if owed == 0 {
		return nil
	}
	var had []Doc
	if d.old != nil {
		had = d.old.Docs
	}
	w := newest(d.want.Docs)
	doc, no := given(w, had, owed, d.h)
	if no != nil {
		return no
	}
	doc.Due = d.promised(owed)
	if owed == 1 {
		if no := d.receiptCode(w.Code); no != nil {
			return no
		}
		doc.Code = w.Code
	}
	d.next.Docs = grown(had, doc)
	return nil
}

// given checks the one document an act gives beside those the record had, and fills
// in what the entry says of it.
func given(w Doc, had []Doc, template int, h *Header) (Doc, *Refusal) {
	rule := docRule(template)
	serial, err := ParseSerial(w.Serial)
	switch {
	case w.Serial == "":
		return w, refuse(rule, "该操作须同时出具文书 %s", rule)
	case err != nil:
		return w, refuse(rule, "%s", err)
	case serial.Template != template || serial.Year != h.At.Time().Year():
		return w, refuse(rule, "文书编号 %s 与应出具的文书 %s 或年份不符", w.Serial, rule)
	case bears(had, w.Serial):
		return w, refuse(rule, "文书编号 %s 已用过", w.Serial)
	case w.Version < 1 || w.Digest.IsZero():
		return w, refuse(rule, "文书 %s 缺少模板版本或内容摘要", w.Serial)
	case !named(w.Agency) || !named(w.Place):
		return w, refuse(rule, "文书 %s 缺少出具机关或地点,或文字过长", w.Serial)
	case len(had) >= maxDocs:
		return w, refuse("G-09", "/docs:文书超过 %d 份", maxDocs)
	}
	return Doc{Serial: w.Serial, Version: w.Version, Act: h.Act, At: h.At, By: h.By, Agency: w.Agency, Place: w.Place, Digest: w.Digest, Sum: w.Sum}, nil
}

func bears(docs []Doc, serial string) bool {
	return slices.ContainsFunc(docs, func(d Doc) bool { return d.Serial == serial })
}

// listed adds the document that an act beside the case may give (D-14, D-19): the hub
// and its tests act without paper.
func listed(want, had []Doc, template int, h *Header) ([]Doc, *Refusal) {
	w := newest(want)
	if w.Serial == "" || bears(had, w.Serial) {
		return had, nil
	}
	doc, no := given(w, had, template, h)
	if no != nil {
		return nil, no
	}
	return grown(had, doc), nil
}

// serials are the keys of a record by its documents.
func serials(docs []Doc) (keys []string) {
	for i := range docs {
		keys = append(keys, docs[i].Serial)
	}
	return keys
}

// maxDocs bounds the list: no lawful course of a case comes near it.
const maxDocs = 60

func docRule(template int) string {
	return "D-" + string(rune('0'+template/10)) + string(rune('0'+template%10))
}

func named(s string) bool { return s != "" && utf8.RuneCountInString(s) <= 200 }

// receiptCode: the code on a receipt speaks of this case as it was received. Its
// signature is for whoever scans it; a node that signs for another is found there.
func (d *deed) receiptCode(code string) *Refusal {
	r, err := ParseReceiptQR(code)
	c := d.next
	at := c.Received.At
	if d.h.Act == "supplement" {
		at = newest(c.Supplements).At
	}
	switch {
	case err != nil:
		return refuse("D-01", "收件凭证缺少签名二维码")
	case c.Resurrected != nil && d.h.Act == "resurrect" && code != c.Resurrected.Code:
		return refuse("D-01", "恢复的办件沿用原收件凭证的二维码")
	case r.Case != d.h.Ref.ID || r.ReceiptNo != c.ReceiptNo || r.Item != c.Item || r.Guide != c.Guide || r.Received != at || r.FP != ShortFP(c.Applicant.FP):
		return refuse("D-01", "收件凭证的二维码与办件不符")
	}
	return nil
}

// promised lists the dates a document names, as the act leaves them.
func (d *deed) promised(template int) (due []DocDue) {
	for _, id := range d.promises(template) {
		p := DocDue{Clock: id, Day: *d.next.Due.of(id)}
		if d.old != nil && *d.old.Due.of(id) != p.Day && (template == 8 || template == 17) {
			p.Was = *d.old.Due.of(id)
		}
		if p.Day.IsZero() && template != 7 {
			continue
		}
		p.Calendars = d.calendarsTo(id, p.Day)
		for _, u := range p.Calendars {
			p.Provisional = p.Provisional || u.Version == 0
		}
		due = append(due, p)
	}
	return due
}

func (d *deed) promises(template int) []ClockID {
	switch template {
	case 6:
		return []ClockID{K2, K3, K8}
	case 17:
		return laterDays(d.old, d.next)
	}
	for _, x := range docsOfActs {
		if x.act == d.h.Act {
			return x.clocks
		}
	}
	return nil
}

// calendarsTo names the calendars that a clock's day was counted on, from the
// day after its start.
func (d *deed) calendarsTo(id ClockID, day Day) (used []CalendarUse) {
	start := d.next.clock(id).Start
	if day.IsZero() || start.IsZero() {
		return nil
	}
	cal := d.calendar()
	for year := start.Add(1).Year; year <= day.Year; year++ {
		used = append(used, CalendarUse{year, cal.Version(year)})
	}
	return used
}
