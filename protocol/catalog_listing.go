package protocol

// Listing is the published state of one entry (登记条目). Its record id is the
// entry's. Next is approved and waits for a release; Cur is what everybody
// sees and is never hidden by a later draft, review or return (K-13).
//
//	– ─approve→ approved ─release→ listed ─approve→ listed (with next) ─release→ listed
//	listed ─withhold→ withheld ─restore→ listed ─retire→ retired ─approve→ retired ─release→ listed (K-17)
type Listing struct {
	Entry    string       `json:"entry"`
	Code     string       `json:"code"`
	Name     string       `json:"name"`
	Agency   string       `json:"agency"`
	Provider string       `json:"provider"`
	Division Division     `json:"division"`
	Class    string       `json:"class"`
	Abstract string       `json:"abstract"`
	Node     NodeID       `json:"node"` // home of the entry
	Cur      *ListedState `json:"cur,omitempty"`
	Next     *ListedState `json:"next,omitempty"`
	State    string       `json:"state"`
	Reason   string       `json:"reason,omitempty"`
	Rest
}

// ListedState names one approved revision and the release that carries it.
type ListedState struct {
	Rev     uint64 `json:"rev"`
	Hash    Hash   `json:"hash"`
	Release uint64 `json:"release,omitempty"`
}

// States of a listing.
const (
	ListingApproved = "approved"
	ListingListed   = "listed"
	ListingWithheld = "withheld"
	ListingRetired  = "retired"
)

var _ = Define("catalog.listing", Spec[Listing]{
	Title: "登记条目", English: "catalogue listing", Lane: Bulk,
	Acts: map[Act]Judge[Listing]{"approve": approveListing, "release": releaseListing, "withhold": withholdListing,
		"restore": restoreListing, "retire": retireListing},
	Home:     func(*Listing) NodeID { return Hub },
	Audience: func(*Listing) Audience { return Everyone() },
	Terms: func(l *Listing) Terms {
		return Terms{Title: l.Name, State: l.State, Keys: []string{l.Code}, Text: l.Abstract + "\n" + l.Provider,
			Facets: []Facet{{"agency", l.Agency}, {"division", string(l.Division)}, {"class", l.Class}, {"node", string(l.Node)}}}
	},
})

func approveListing(old, want *Listing, h *Header, v View) (*Listing, *Refusal) {
	rec, ok := v.Cited(Ref{"catalog.entry", h.Ref.ID})
	if !ok {
		return nil, refuse("K-11", "登记须引用目录条目")
	}
	entry, err := Load[CatalogEntry](rec)
	if err != nil {
		return nil, refuse("K-11", "目录条目无法读取")
	}
	next := Listing{Entry: h.Ref.ID, State: ListingApproved, Node: rec.Home, Rest: want.Rest}
	if old != nil {
		next.State, next.Cur, next.Reason = old.State, old.Cur, old.Reason
	}
	next.Code, next.Name, next.Agency, next.Provider = entry.Code, entry.Name, entry.Agency, entry.Provider
	next.Division, next.Class, next.Abstract = entry.Division, entry.Class, entry.Abstract
	next.Next = &ListedState{Rev: rec.Rev, Hash: HashOf(rec.Body)}
	return &next, nil
}

func releaseListing(old, want *Listing, _ *Header, _ View) (*Listing, *Refusal) {
	if old == nil || old.Next == nil {
		return nil, refuse("K-14", "没有待发布的内容")
	}
	if want.Cur == nil || want.Cur.Release == 0 || old.Cur != nil && want.Cur.Release <= old.Cur.Release {
		return nil, refuse("K-14", "发布版本号须递增")
	}
	next := *old
	cur := *old.Next
	cur.Release = want.Cur.Release
	next.Cur, next.Next = &cur, nil
	if next.State == ListingApproved || next.State == ListingRetired { // K-17: a retired entry comes back through both reviews
		next.State, next.Reason = ListingListed, ""
	}
	return &next, nil
}

func withholdListing(old, want *Listing, _ *Header, _ View) (*Listing, *Refusal) {
	return moveListing(old, want, ListingListed, ListingWithheld, "K-18")
}

func restoreListing(old, want *Listing, _ *Header, _ View) (*Listing, *Refusal) {
	return moveListing(old, want, ListingWithheld, ListingListed, "K-18")
}

func retireListing(old, want *Listing, _ *Header, _ View) (*Listing, *Refusal) {
	return moveListing(old, want, ListingListed, ListingRetired, "K-16")
}

func moveListing(old, want *Listing, from, to, rule string) (*Listing, *Refusal) {
	if old == nil || old.State != from {
		return nil, refuse(rule, "登记条目当前状态不允许此操作")
	}
	if want.Reason == "" {
		return nil, refuse("G-10", "请说明原因")
	}
	next := *old
	next.State, next.Reason = to, want.Reason
	return &next, nil
}
