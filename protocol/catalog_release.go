package protocol

import "strconv"

// Release is one published state of the whole catalogue (发布版本). Its record id
// is its number; numbers rise by one (K-14). Root commits to every listing in it.
//
//	– ─publish→ published
type Release struct {
	Number  uint64  `json:"number"`
	Root    Hash    `json:"root"` // Merkle root over the listings, catalog.md §6
	Count   int     `json:"count"`
	Changed int     `json:"changed"`
	Notes   string  `json:"notes,omitempty"`
	At      Instant `json:"at"`
	By      string  `json:"by"`
	Rest
}

var _ = Define("catalog.release", Spec[Release]{
	Title: "目录发布版本", English: "catalogue release", Lane: Bulk,
	Acts:     map[Act]Judge[Release]{"publish": publishRelease},
	Home:     func(*Release) NodeID { return Hub },
	Audience: func(*Release) Audience { return Everyone() },
	Terms: func(r *Release) Terms {
		return Terms{Title: "第 " + strconv.FormatUint(r.Number, 10) + " 版", Keys: []string{strconv.FormatUint(r.Number, 10)}}
	},
})

// ReleaseID is the record id of release n, with ten digits so that ids sort.
func ReleaseID(n uint64) string {
	s := strconv.FormatUint(n, 10)
	return "0000000000"[:max(0, 10-len(s))] + s
}

func publishRelease(old, want *Release, h *Header, v View) (*Release, *Refusal) {
	if old != nil || want.Number == 0 || ReleaseID(want.Number) != h.Ref.ID {
		return nil, refuse("K-14", "发布版本号已使用或不合规")
	}
	if want.Number > 1 {
		if _, ok := v.Cited(Ref{"catalog.release", ReleaseID(want.Number - 1)}); !ok {
			return nil, refuse("K-14", "须引用上一个发布版本")
		}
	}
	next := Release{Number: want.Number, Root: want.Root, Count: want.Count, Changed: want.Changed, Notes: want.Notes,
		At: h.At, By: h.By, Rest: want.Rest}
	if next.Root.IsZero() || next.Changed == 0 {
		return nil, refuse("K-14", "没有可发布的内容")
	}
	return &next, nil
}
