package console

import (
	"fmt"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// tones gives the colour of a state; what is not listed needs no attention.
var tones = map[string]page.Tone{
	"case.received": page.Info, "case.handing_over": page.Info, "case.arrived": page.Info, "case.accepted": page.Info,
	"case.correction": page.Warn, "case.review": page.Info, "case.special": page.Info, "case.joint": page.Info, "case.lapsed": page.Warn,
	"case.granted": page.Good, "case.delivered": page.Good, "item.published": page.Good, "item.suspended": page.Warn,
	"request.filed": page.Info, "request.delivered": page.Info, "request.done": page.Good, "request.declined": page.Bad,
	"changeset.submitted": page.Info, "changeset.reviewed": page.Info, "changeset.approved": page.Good, "changeset.returned": page.Bad,
	"review.approved": page.Good, "review.returned": page.Bad,
	"listing.listed": page.Good, "listing.approved": page.Info, "listing.withheld": page.Warn,
	"node.enrolled": page.Good, "node.planned": page.Plain, "node.fenced": page.Warn, "node.revoked": page.Bad,
	"proposal.open": page.Warn, "proposal.confirmed": page.Good, "spotcheck.open": page.Info, "spotcheck.closed": page.Good,
	"card.open": page.Warn, "card.answered": page.Info, "card.closed": page.Good, "basic.in_force": page.Good, "route.active": page.Good, "delegation.active": page.Good,
	"agency.active": page.Good, "account.active": page.Good,
	"outcome.refused": page.Bad, "outcome.quarantined": page.Warn, "outcome.queued": page.Warn, "outcome.orphan": page.Bad,
	"necessity.required": page.Plain, "necessity.deferrable": page.Info,
	"presence.present": page.Good, "presence.owed": page.Warn, "presence.missing": page.Bad, "presence.fetched": page.Good, "presence.fetched:pending": page.Warn,
}

// State is the badge of a state of some family: State("case", "received").
func State(family, state string) page.Badge {
	return page.Badge{Tone: tones[family+"."+state], Word: Word("state."+family+".", state)}
}

// Word is the key of a closed word of the protocol: Word("act.case.", "hand_over").
func Word(family, word string) string { return family + dashes.Replace(word) }

var dashes = strings.NewReplacer("_", "-", ":", "-")

// Family is the word under which a kind's states and acts stand in the
// catalogue: "changeset" for "catalog.changeset".
func Family(kind protocol.KindName) string {
	s := string(kind)
	return s[strings.LastIndexByte(s, '.')+1:]
}

// Act names an act of a kind for people.
func (v *Visit) Act(kind protocol.KindName, act protocol.Act) string {
	return v.word(Word("act."+Family(kind)+".", string(act)), string(act))
}

// KindWord names a kind of record.
func (v *Visit) KindWord(kind protocol.KindName) string {
	k := protocol.Lookup(kind)
	switch {
	case k == nil:
		return string(kind)
	case v.Lang() == page.EN:
		return k.English
	}
	return k.Title
}

// word translates a key; a word that this build does not know is shown as it came.
func (v *Visit) word(key, otherwise string, args ...any) string {
	if s := v.T(key, args...); s != "⟦"+key+"⟧" {
		return s
	}
	return otherwise
}

// Label translates a label where only finished text fits, such as in a cell.
func (v *Visit) Label(s string) string { return v.word(s, s) }

// StateWord is a state's name in a sentence.
func (v *Visit) StateWord(family, state string) string {
	return v.word(Word("state."+family+".", state), state)
}

// Place names a node or the hub.
func (v *Visit) Place(id protocol.NodeID) string {
	if id == protocol.Hub {
		return v.T("console.province")
	}
	return v.name(protocol.Ref{Kind: "node", ID: string(id)}, string(id), func(rec protocol.Record) (string, error) {
		n, err := protocol.Load[protocol.Node](rec)
		if err != nil {
			return "", err
		}
		return n.Name, nil
	})
}

// Agency names an agency by its code.
func (v *Visit) Agency(uscc string) string {
	return v.name(protocol.Ref{Kind: "agency", ID: uscc}, uscc, func(rec protocol.Record) (string, error) {
		a, err := protocol.Load[protocol.Agency](rec)
		if err != nil {
			return "", err
		}
		return a.Name, nil
	})
}

// Person names the author of an act: by name when the account is here, by
// account when it is elsewhere.
func (v *Visit) Person(by string) string {
	place, login, ok := strings.Cut(by, ":")
	if !ok {
		return v.word("by."+by, by)
	}
	if login == "local" { // whoever sat at the machine itself (protocol/rest)
		login = v.T("by.local")
	}
	if place != string(v.At()) {
		return v.Place(protocol.NodeID(place)) + " " + login
	}
	return v.name(protocol.Ref{Kind: "account", ID: by}, login, func(rec protocol.Record) (string, error) {
		a, err := protocol.Load[protocol.Account](rec)
		if err != nil {
			return "", err
		}
		return a.Name, nil
	})
}

// name looks a name up once per page; without one the code stands for it.
func (v *Visit) name(ref protocol.Ref, otherwise string, of func(protocol.Record) (string, error)) string {
	if s, known := v.names[ref]; known {
		return s
	}
	s := otherwise
	if rec, ok, err := v.Records().Get(ref); ref.ID != "" && ok && err == nil {
		if found, err := of(rec); err == nil && found != "" {
			s = found
		}
	}
	if v.names == nil {
		v.names = map[protocol.Ref]string{}
	}
	v.names[ref] = s
	return s
}

// History is the section with what happened to a record, as far as it was seen
// here. An act the hub has not decided yet says so.
func (v *Visit) History(ref protocol.Ref) (Section, error) {
	s := Section{Title: "console.history"}
	steps, err := v.Records().History(ref)
	if err != nil {
		return s, fmt.Errorf("read history of %s: %w", ref, err)
	}
	if s.Timeline = v.Timeline(ref.Kind, steps); len(steps) == 0 {
		s.Lead = "console.no-history"
	}
	return s, nil
}

// Timeline shows steps one by one; moment i is that of step i.
func (v *Visit) Timeline(kind protocol.KindName, steps []Step) []page.Moment {
	list := make([]page.Moment, 0, len(steps))
	for _, s := range steps {
		m := page.Moment{At: s.At, What: v.Act(kind, s.Act), Who: v.Person(s.By), Place: v.Place(s.Home)}
		switch {
		case v.At() == protocol.Hub:
			m.Note = v.T("console.index", s.Index)
		case s.Index > 0:
			m.Mark, m.Note = &page.Badge{Tone: page.Good, Word: "console.recorded"}, v.T("console.index", s.Index)
		default:
			m.Mark, m.Note = &page.Badge{Tone: page.Warn, Word: "console.unsent"}, v.T("console.unsent-note")
		}
		list = append(list, m)
	}
	return list
}

// Mask hides most of a name for lists (cases.md §16): 金** or 延吉****公司.
func Mask(a *protocol.Applicant) string {
	r := []rune(a.Name)
	switch {
	case len(r) == 0:
		return ""
	case a.Type == "org" && len(r) > 4:
		return string(r[:2]) + "****" + string(r[len(r)-2:])
	}
	return string(r[:1]) + strings.Repeat("*", max(1, min(3, len(r)-1)))
}

// MaskID hides the middle of an identity number.
func MaskID(id string) string {
	if len(id) < 8 {
		return strings.Repeat("*", len(id))
	}
	return id[:3] + strings.Repeat("*", len(id)-7) + id[len(id)-4:]
}

// Size writes a number of bytes: 640 B, 1.5 KiB, 12.0 GiB.
func Size(n uint64) string {
	size, unit := float64(n), 0
	units := [...]string{"B", "KiB", "MiB", "GiB", "TiB"}
	for size >= 1024 && unit < len(units)-1 {
		size, unit = size/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}
