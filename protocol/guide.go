package protocol

import (
	"crypto/sha256"
	"strings"
)

// Guide is the published text and the material lines of one item version
// (arts. 31, 34): one guide for all channels. It shares the item's record id and
// is immutable; a window may ask for what it names and for nothing else.
//
//	(request) ─publish→ published
type Guide struct {
	ImplCode string         `json:"impl_code"`
	Version  int            `json:"version"`
	Sections []GuideSection `json:"sections,omitempty"`
	Lines    []MaterialLine `json:"lines"`
	Form     []FormField    `json:"form,omitempty"` // what the applicant fills in
	Rest
}

// GuideSection is one headed part of the text.
type GuideSection struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// MaterialLine is one material the applicant brings (cases.md §2.2).
type MaterialLine struct {
	ID         string   `json:"line_id"`
	Name       string   `json:"name"`
	Form       string   `json:"kind"` // original, copy, electronic
	Copies     int      `json:"copies_paper,omitempty"`
	Necessity  string   `json:"necessity"` // required, deferrable, conditional
	When       string   `json:"when,omitempty"`
	Source     string   `json:"source"` // self, issued, other
	Standard   string   `json:"standard,omitempty"`
	Basis      []string `json:"basis,omitempty"`
	NeedsPaper string   `json:"paper_required,omitempty"` // the law that demands paper (art. 34), else empty

	ECopies int          `json:"copies_electronic,omitempty"`
	Expr    string       `json:"expr,omitempty"`         // of a conditional line: a Condition over Form; When says it in words
	Issuer  string       `json:"issuer,omitempty"`       // who issues it, when Source is issued
	Checks  []CheckPoint `json:"check_points,omitempty"` // the closed list a defect may name
	Share   *LineShare   `json:"share,omitempty"`        // fetched by sharing: never demanded (免提交, §14.2)
	Blank   BlobID       `json:"blank_form,omitempty"`
	Sample  BlobID       `json:"sample,omitempty"`
}

// CheckPoint is one point of the 受理标准 of a line.
type CheckPoint struct {
	ID   string `json:"cp_id"` // unique within the line
	Text string `json:"text"`
}

// LineShare says where a material comes from when the applicant need not bring it.
type LineShare struct {
	Resource string   `json:"resource"` // code of the catalogue resource
	Fields   []string `json:"fields,omitempty"`
	Scenario string   `json:"scenario"` // what it is used for
}

// FormField is one field of the form; conditions of lines speak of it by name.
type FormField struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"` // text, number, date, choice
	Options  []string `json:"options,omitempty"`
	Required bool     `json:"required,omitempty"`
}

var _ = Define("guide", Spec[Guide]{
	Title: "办事指南", English: "guide", Lane: Bulk, Keep: true,
	Acts:     map[Act]Judge[Guide]{"publish": publishGuide},
	Home:     func(*Guide) NodeID { return Hub },
	Audience: func(*Guide) Audience { return Everyone() },
	Terms: func(g *Guide) Terms {
		return Terms{Title: g.ImplCode, State: ItemPublished, Keys: []string{g.ImplCode}}
	},
})

// HashOf is the SHA-256 of a record's body, by which a case pins the guide
// version that was displayed.
func HashOf(body []byte) Hash { return sha256.Sum256(body) }

func publishGuide(old, want *Guide, h *Header, v View) (*Guide, *Refusal) {
	if old != nil {
		return nil, refuse("I-09", "该事项版本已有办事指南;内容有变请发布新版本")
	}
	if h.Ref.ID != ItemID(want.ImplCode, want.Version) {
		return nil, refuse("I-01", "记录编号与实施编码、版本不一致")
	}
	next := *want
	for _, no := range []*Refusal{CheckGuide(&next), sharesWhatIsListed(&next, h, v), owedAsItem(&next, h, v)} {
		if no != nil {
			return nil, no
		}
	}
	return &next, nil
}

// owedAsItem is I-11 where the entry cites the item version of the guide.
func owedAsItem(g *Guide, h *Header, v View) *Refusal {
	rec, ok := v.Cited(Ref{"item", h.Ref.ID})
	if !ok {
		return nil
	}
	item, err := Load[Item](rec)
	if err != nil {
		return refuse("I-11", "事项版本无法读取")
	}
	return checkOwed(item, g)
}

// sharesWhatIsListed is I-05: a paper that an authority issued and that one of
// the cited resources of the catalogue holds is fetched, not asked for. The hub
// cites the listed resources it finds for the issued lines of a guide.
func sharesWhatIsListed(g *Guide, h *Header, v View) *Refusal {
	for _, d := range h.Deps {
		if d.Ref.Kind != "catalog.listing" {
			continue
		}
		rec, ok := v.Cited(d.Ref)
		if !ok {
			continue
		}
		listed, err := Load[Listing](rec)
		if err != nil || listed.State != ListingListed {
			continue
		}
		for _, l := range g.Lines {
			if Holds(listed, &l) && l.Share == nil {
				return refuse("I-05", "材料“%s”可由目录资源“%s”(%s)共享取得,请填写 share,不得要求申请人提交", l.Name, listed.Name, listed.Code)
			}
		}
	}
	return nil
}

// Holds reports whether a listed resource holds the paper of a line: an
// authority issued it and the resource bears its name.
func Holds(listed *Listing, l *MaterialLine) bool {
	return l.Source == "issued" && l.Name != "" && strings.Contains(listed.Name, l.Name)
}
