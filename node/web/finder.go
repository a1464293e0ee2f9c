package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
)

// finder finds items while somebody types (W-02): by words of the name, by the
// initials of its pinyin (spjyxk → 食品经营许可) or by code. The search index
// knows no pinyin, and 80,000 names are soon read through. It is safe for
// concurrent use.
type finder struct {
	mu    sync.Mutex // guards the rest
	items []named
	at    map[string]int // id → place in items
	seen  map[string]protocol.Instant
	read  map[rune]string // initials of a character, as far as asked for
}

// named is what a search looks at.
type named struct {
	id, name, code, agency string
	here                   bool
	sounds                 []string // initials of each character of the name that has any
}

// maxFound is how many items a search shows.
const maxFound = 20

// find gives the best items for what was typed, and how many there are.
func (f *finder) find(v *console.Visit, typed string) (ids []string, total int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.refresh(v.Context(), v.Records(), v.At()); err != nil {
		return nil, 0, err
	}
	query := strings.ToLower(protocol.NormalizeCode(typed))
	type hit struct{ item, rank int }
	var hits []hit
	for i := range f.items {
		if rank := f.items[i].rank(query); rank > 0 {
			hits = append(hits, hit{i, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(a.rank-b.rank, strings.Compare(f.items[a.item].name, f.items[b.item].name), strings.Compare(f.items[a.item].id, f.items[b.item].id))
	})
	for _, h := range hits[:min(len(hits), maxFound)] {
		ids = append(ids, f.items[h.item].id)
	}
	return ids, len(hits), nil
}

// refresh reads the items that are new or changed. Lists come newest first, so
// it stops at the first one it knows; when the count disagrees, it begins anew.
func (f *finder) refresh(ctx context.Context, from console.Records, here protocol.NodeID) error {
	for range 2 {
		total, err := f.readOn(ctx, from, here)
		if err != nil || total == uint64(len(f.seen)) {
			return err
		}
		f.items, f.at, f.seen = nil, nil, nil
	}
	return nil
}

func (f *finder) readOn(ctx context.Context, from console.Records, here protocol.NodeID) (total uint64, err error) {
	if f.at == nil {
		f.at, f.seen, f.read = map[string]int{}, map[string]protocol.Instant{}, map[rune]string{}
	}
	for q := (console.Query{Kind: "item", Limit: 200}); ; {
		found, err := from.Search(ctx, q)
		if err != nil {
			return 0, fmt.Errorf("list items: %w", err)
		}
		if q.After == "" {
			total = found.Total
			if found.More { // a lower bound says nothing
				total = uint64(len(f.seen))
			}
		}
		for _, h := range found.Hits {
			if f.seen[h.Ref.ID] == h.At {
				return total, nil
			}
			if err := f.add(from, h, here); err != nil {
				return 0, err
			}
		}
		if q.After = found.Next; q.After == "" {
			return total, nil
		}
	}
}

func (f *finder) add(from console.Records, h console.Hit, here protocol.NodeID) error {
	i, err := console.Find[protocol.Item](from, h.Ref)
	if err != nil {
		return err
	}
	f.seen[h.Ref.ID] = h.At
	if i == nil { // the list was a moment ahead of the record; the next change brings it
		return nil
	}
	n := named{id: h.Ref.ID, name: strings.ToLower(i.Name), code: strings.ToLower(i.ImplCode + " " + i.LocalCode), agency: i.AgencyName,
		here: i.Node == here, sounds: f.sounds(i.Name)}
	if old, known := f.at[n.id]; known {
		f.items[old] = n
		return nil
	}
	f.at[n.id] = len(f.items)
	f.items = append(f.items, n)
	return nil
}

// sounds gives the initials that each character may be read with: 行 is h or x.
func (f *finder) sounds(name string) (list []string) {
	for _, r := range name {
		s, known := f.read[r]
		if !known {
			s = initials(r)
			f.read[r] = s
		}
		if s != "" {
			list = append(list, s)
		}
	}
	return list
}

func initials(r rune) string {
	if r < 0x80 {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return string(r)
		}
		return ""
	}
	list := pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.FirstLetter, Heteronym: true})
	slices.Sort(list)
	return strings.Join(slices.Compact(list), "")
}

// rank says how well an item fits; less is better and 0 is not at all. Items of
// the own place come before others that fit as well.
func (n *named) rank(query string) int {
	rank := 0
	switch {
	case query == "" || strings.HasPrefix(n.name, query):
		rank = 1
	case n.soundsLike(query, true):
		rank = 3
	case strings.Contains(n.code, query):
		rank = 5
	case n.hasWords(query):
		rank = 7
	case n.soundsLike(query, false):
		rank = 9
	default:
		return 0
	}
	if !n.here {
		rank++
	}
	return rank
}

func (n *named) hasWords(query string) bool {
	for _, word := range strings.Fields(query) {
		if !strings.Contains(n.name, word) && !strings.Contains(n.agency, word) {
			return false
		}
	}
	return true
}

func (n *named) soundsLike(query string, fromStart bool) bool {
	for start := 0; start+len(query) <= len(n.sounds) && (start == 0 || !fromStart); start++ {
		if spells(n.sounds[start:], query) {
			return true
		}
	}
	return false
}

func spells(sounds []string, query string) bool {
	for i := range len(query) {
		if strings.IndexByte(sounds[i], query[i]) < 0 {
			return false
		}
	}
	return true
}
