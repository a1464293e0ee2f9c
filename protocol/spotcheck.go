package protocol

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
)

// SpotCheck is a random check of cases by the supervisor (抽查, art. 47; cases.md
// W-11). Seed, population and what was drawn stay in the record, and Draw is
// pure: anybody draws the same cases from the same list again. Nobody draws
// twice unseen, because every draw is a record.
//
//	– ─draw→ open ─find→ open ─close→ closed
type SpotCheck struct {
	From       Day           `json:"from"` // receipts from this day
	Until      Day           `json:"until"`
	Place      NodeID        `json:"place,omitempty"`  // received there; empty is anywhere
	Agency     string        `json:"agency,omitempty"` // handled by it; empty is any
	Seed       Hash          `json:"seed"`
	Index      uint64        `json:"index"`      // hub index at which the population was read
	Population int           `json:"population"` // cases drawn from
	Of         Hash          `json:"of"`         // PopulationHash of their ids
	Drawn      []CheckedCase `json:"drawn"`
	Reason     string        `json:"reason"`
	By         string        `json:"by"`
	At         Instant       `json:"at"`
	State      string        `json:"state"`
	Result     string        `json:"result,omitempty"`
	Rest
}

// CheckedCase is one case drawn and what was found.
type CheckedCase struct {
	Case    string  `json:"case"`
	Finding string  `json:"finding,omitempty"` // fine or fault
	Text    string  `json:"text,omitempty"`
	By      string  `json:"by,omitempty"`
	At      Instant `json:"at,omitzero"`
}

// States of a check, and findings.
const (
	CheckOpen    = "open"
	CheckClosed  = "closed"
	FindingFine  = "fine"
	FindingFault = "fault"
)

// MaxDrawn bounds one draw.
const MaxDrawn = 200

var _ = Define("spotcheck", Spec[SpotCheck]{
	Title: "抽查", English: "random check", Lane: Urgent,
	Acts:     map[Act]Judge[SpotCheck]{"draw": drawCheck, "find": findCheck, "close": closeCheck},
	Home:     func(*SpotCheck) NodeID { return Hub },
	Audience: func(*SpotCheck) Audience { return Only() },
	Terms: func(c *SpotCheck) Terms {
		return Terms{Title: c.Reason, State: c.State, Facets: []Facet{{"place", string(c.Place)}, {"agency", c.Agency}}}
	},
})

// Draw takes n of ids by the order of SHA-256(seed, id); the order of ids does
// not matter.
func Draw(seed Hash, ids []string, n int) []string {
	type ticket struct {
		id   string
		rank Hash
	}
	all := make([]ticket, len(ids))
	for i, id := range ids {
		all[i] = ticket{id, sha256.Sum256(append(seed[:], id...))}
	}
	slices.SortFunc(all, func(a, b ticket) int { return bytes.Compare(a.rank[:], b.rank[:]) })
	drawn := make([]string, 0, min(n, len(all)))
	for _, t := range all[:min(n, len(all))] {
		drawn = append(drawn, t.id)
	}
	return drawn
}

// PopulationHash is the SHA-256 of the ids in order, one a line.
func PopulationHash(ids []string) Hash {
	sorted := slices.Sorted(slices.Values(ids))
	return HashOf([]byte(strings.Join(sorted, "\n")))
}

func drawCheck(old, want *SpotCheck, h *Header, _ View) (*SpotCheck, *Refusal) {
	if old != nil {
		return nil, refuse("G-07", "该抽查已经抽取")
	}
	next := *want
	next.By, next.At, next.State, next.Result = h.By, h.At, CheckOpen, ""
	next.Drawn = make([]CheckedCase, len(want.Drawn))
	for i, c := range want.Drawn {
		next.Drawn[i].Case = c.Case
	}
	switch {
	case next.Reason == "":
		return nil, refuse("G-10", "请写明抽查事由")
	case next.From.IsZero() || next.Until.Before(next.From):
		return nil, refuse("G-09", "请写明收件的起止日期")
	case next.Seed.IsZero() || next.Index == 0 || next.Of.IsZero():
		return nil, refuse("G-09", "抽查须记录随机种子和抽取范围")
	case len(next.Drawn) == 0 || len(next.Drawn) > min(MaxDrawn, next.Population):
		return nil, refuse("G-09", "抽取 %d 件,应为 1 至 %d 件", len(next.Drawn), min(MaxDrawn, next.Population))
	}
	return &next, nil
}

// findCheck notes what was found in one case: the only one that is new.
func findCheck(old, want *SpotCheck, h *Header, _ View) (*SpotCheck, *Refusal) {
	if old == nil || old.State != CheckOpen {
		return nil, refuse("G-07", "抽查不存在或已结束")
	}
	next := *old
	next.Drawn = slices.Clone(old.Drawn)
	found := 0
	for i := range next.Drawn {
		if i < len(want.Drawn) && next.Drawn[i].Finding == "" && want.Drawn[i].Finding != "" {
			w := want.Drawn[i]
			next.Drawn[i].Finding, next.Drawn[i].Text, next.Drawn[i].By, next.Drawn[i].At = w.Finding, w.Text, h.By, h.At
			if !oneOf(w.Finding, FindingFine, FindingFault) || w.Finding == FindingFault && w.Text == "" {
				return nil, refuse("G-10", "请选择核查结论;有问题的须写明问题")
			}
			found++
		}
	}
	if found != 1 {
		return nil, refuse("G-07", "一次填写一件的核查结论,已填写的不能更改")
	}
	return &next, nil
}

func closeCheck(old, want *SpotCheck, _ *Header, _ View) (*SpotCheck, *Refusal) {
	switch {
	case old == nil || old.State != CheckOpen:
		return nil, refuse("G-07", "抽查不存在或已结束")
	case slices.ContainsFunc(old.Drawn, func(c CheckedCase) bool { return c.Finding == "" }):
		return nil, refuse("G-07", "还有办件没有填写核查结论")
	case want.Result == "":
		return nil, refuse("G-10", "请写明抽查结果")
	}
	next := *old
	next.State, next.Result = CheckClosed, want.Result
	return &next, nil
}
