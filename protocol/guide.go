package protocol

import "crypto/sha256"

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
	NeedsPaper string   `json:"paper_required,omitempty"` // the law that demands paper, else empty
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

func publishGuide(old, want *Guide, h *Header, _ View) (*Guide, *Refusal) {
	if old != nil {
		return nil, refuse("I-09", "该事项版本已有办事指南;内容有变请发布新版本")
	}
	if h.Ref.ID != ItemID(want.ImplCode, want.Version) {
		return nil, refuse("I-01", "记录编号与实施编码、版本不一致")
	}
	next := *want
	return &next, CheckGuide(&next)
}

// CheckGuide checks what an agency can put right before it asks for publication.
func CheckGuide(g *Guide) *Refusal {
	seen := make(map[string]bool, len(g.Lines))
	for _, l := range g.Lines {
		switch {
		case l.ID == "" || seen[l.ID]:
			return refuse("G-09", "材料编号为空或重复:%q", l.ID)
		case l.Name == "":
			return refuse("G-09", "材料 %s 没有名称", l.ID)
		case l.Form != "original" && l.Form != "copy" && l.Form != "electronic":
			return refuse("G-09", "材料“%s”的形式须为 original、copy 或 electronic", l.Name)
		case l.Necessity != "required" && l.Necessity != "deferrable" && l.Necessity != "conditional":
			return refuse("G-09", "材料“%s”的必要性须为 required、deferrable 或 conditional", l.Name)
		case l.Source != "self" && l.Source != "issued" && l.Source != "other":
			return refuse("G-09", "材料“%s”的来源须为 self、issued 或 other", l.Name)
		}
		seen[l.ID] = true
	}
	return nil
}
