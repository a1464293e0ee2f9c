package protocol

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// View is all a judge may know beside the old record and the entry: what the
// entry cites in its Deps, and the level whose rules apply. Node and hub hand
// in the same view, so they decide alike (replication.R14).
type View interface {
	// Cited gives the version of ref that the entry cites; false when the
	// entry does not cite it or this place has never held that version.
	Cited(ref Ref) (Record, bool)
	// Level is the feature level whose rules apply.
	Level() uint16
}

// Audience says which nodes get a record in their feed. The hub reads all.
type Audience struct {
	All   bool     `json:"all,omitempty"`
	Nodes []NodeID `json:"nodes,omitempty"` // sorted, without repeats
}

// Everyone is the audience of what every node serves.
func Everyone() Audience { return Audience{All: true} }

// Only is the audience of the nodes named; empty names are left out.
func Only(nodes ...NodeID) Audience {
	list := slices.DeleteFunc(slices.Clone(nodes), func(n NodeID) bool { return n == "" || n == Hub })
	slices.Sort(list)
	return Audience{Nodes: slices.Compact(list)}
}

// Has reports whether n gets the record.
func (a Audience) Has(n NodeID) bool { return a.All || slices.Contains(a.Nodes, n) }

// Terms is what lists, look-ups and search need to know of a record.
type Terms struct {
	Title  string   `json:"title"`            // one line, shown in lists
	State  string   `json:"state,omitempty"`  // the record's state, a closed word of its kind
	Facets []Facet  `json:"facets,omitempty"` // values to filter by
	Keys   []string `json:"keys,omitempty"`   // exact look-ups: receipt number, code, fingerprint
	Text   string   `json:"text,omitempty"`   // further searchable text
	Wake   Instant  `json:"-"`                // when the home has to see to it by itself; 0: when people act
}

// Facet is one value to filter a list by.
type Facet struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Judge is the rule of one act: it takes the record as it stands (nil when it
// is new) and the record as the writer wants it, and returns the complete next
// record or a refusal. It copies from want only what this act may set, never
// changes old or want, and gives the same answer when its own result is handed
// in as want: the writer completes a draft with it, every other place verifies
// the body with it.
type Judge[T any] func(old, want *T, h *Header, v View) (*T, *Refusal)

// Spec describes a kind whose body is T.
type Spec[T any] struct {
	Title    string // Chinese, shown to people
	English  string
	Lane     Lane
	Keep     bool // every revision is kept, because other records cite it
	Personal bool // the body holds personal data (art. 45)
	Acts     map[Act]Judge[T]
	Foreign  []Act // acts that a place other than the home may take on a new record: requests
	Seize    []Act // acts of the hub on a record whose home is elsewhere and fenced (cases.C-24)
	Home     func(*T) NodeID
	Audience func(*T) Audience
	Terms    func(*T) Terms

	// Target, when set, names the record whose home this one follows: a request
	// is answered by whoever is home of its target, and moves with it.
	Target func(*T) Ref
	// Deadlines, when set, lists the instants that tick must not let pass in silence.
	Deadlines func(*T) []Deadline
	// Likeness, when set, says which open records may be one (cases.DU-01).
	Likeness func(*T) Likeness
}

// Likeness is what two records are compared by: those with the same Key may be
// one, unless both name an Object and it differs. The zero Likeness is compared
// with nothing.
type Likeness struct {
	Key    string
	Object string
}

// Differs reports whether two records with the same key are about two things
// (cases.DU-02).
func (l Likeness) Differs(o Likeness) bool {
	return l.Object != "" && o.Object != "" && l.Object != o.Object
}

// Deadline is one running clock of a record (cases.md §7).
type Deadline struct {
	Clock ClockID
	At    Instant
}

// Kind is a Spec with its body type erased.
type Kind struct {
	Name     KindName
	Title    string
	English  string
	Lane     Lane
	Keep     bool
	Personal bool

	acts    []Act
	foreign []Act
	seize   []Act
	follows bool
	judge   func(act Act, old, want any, h *Header, v View) (any, *Refusal)
	decode  func(body []byte) (any, error)
	home    func(any) NodeID
	reach   func(any) Audience
	terms   func(any) Terms
	target  func(any) Ref
	due     func(any) []Deadline
	like    func(any) Likeness
}

// Judged is what a judge's yes means for the fold.
type Judged struct {
	Body   []byte
	Home   NodeID
	Before Audience // of the old record; empty for a new one
	After  Audience
	Left   Ref        // the record whose home the old one followed, or zero
	Target Ref        // the record whose home this one follows, or zero
	Ended  []Deadline // the clocks that ran before the act
	Due    []Deadline // the clocks that run after it
	Was    Terms      // of the old record; empty for a new one
	Terms  Terms      // of the next record
	Unlike Likeness   // of the old record
	Like   Likeness   // of the next record
}

var kinds []*Kind

// Define adds a kind to the table. A second Define of a name panics: the table
// is a programmer's statement, read-only once the program runs.
func Define[T any](name KindName, s Spec[T]) *Kind {
	if Lookup(name) != nil {
		panic("protocol: kind defined twice: " + string(name))
	}
	k := &Kind{Name: name, Title: s.Title, English: s.English, Lane: s.Lane, Keep: s.Keep, Personal: s.Personal,
		acts: slices.Sorted(maps.Keys(s.Acts)), foreign: s.Foreign, seize: s.Seize, follows: s.Target != nil}
	plan := planFor(reflect.TypeFor[T]())
	k.decode = func(body []byte) (any, error) { return decodeAs[T](plan, body) }
	k.judge = func(act Act, old, want any, h *Header, v View) (any, *Refusal) {
		o, _ := old.(*T)
		next, no := s.Acts[act](o, want.(*T), h, v)
		if no != nil {
			return nil, no
		}
		return next, nil
	}
	k.home = func(rec any) NodeID { return s.Home(rec.(*T)) }
	k.reach = func(rec any) Audience { return s.Audience(rec.(*T)) }
	k.terms = func(rec any) Terms { return s.Terms(rec.(*T)) }
	k.target = func(rec any) (r Ref) {
		if s.Target != nil {
			r = s.Target(rec.(*T))
		}
		return r
	}
	k.due = func(rec any) (due []Deadline) {
		if s.Deadlines != nil {
			due = s.Deadlines(rec.(*T))
		}
		return due
	}
	k.like = func(rec any) (l Likeness) {
		if s.Likeness != nil {
			l = s.Likeness(rec.(*T))
		}
		return l
	}
	kinds = append(kinds, k)
	slices.SortFunc(kinds, func(a, b *Kind) int { return strings.Compare(string(a.Name), string(b.Name)) })
	return k
}

// Kinds lists the table in order of name.
func Kinds() []*Kind { return slices.Clone(kinds) }

// Lookup finds a kind, or nil when this binary does not know it.
func Lookup(name KindName) *Kind {
	i, ok := slices.BinarySearchFunc(kinds, name, func(k *Kind, n KindName) int { return strings.Compare(string(k.Name), string(n)) })
	if !ok {
		return nil
	}
	return kinds[i]
}

// Acts lists the acts of the kind in order of name.
func (k *Kind) Acts() []Act { return slices.Clone(k.acts) }

// Knows reports whether the kind has the act.
func (k *Kind) Knows(act Act) bool {
	_, ok := slices.BinarySearch(k.acts, act)
	return ok
}

// AllowsForeign reports whether a place other than the home may take act on a
// record that does not exist yet (a request).
func (k *Kind) AllowsForeign(act Act) bool { return slices.Contains(k.foreign, act) }

// MaySeize reports whether the hub may take act on a record whose home is elsewhere.
func (k *Kind) MaySeize(act Act) bool { return slices.Contains(k.seize, act) }

// Complete runs the judge on a draft and gives the body to write. want is a
// *T or a T of the kind. The error is a programmer's: a body of another type.
func (k *Kind) Complete(old *Record, h *Header, want any, v View) (Judged, *Refusal, error) {
	want, err := k.typed(want)
	if err != nil {
		return Judged{}, nil, err
	}
	next, judged, no, err := k.run(old, h, want, v)
	if err != nil || no != nil {
		return Judged{}, no, err
	}
	judged.Body, err = encodeBody(next)
	if err == nil && len(judged.Body) > MaxBody {
		no = refuse("G-09", "内容过大(%d 字节,上限 %d 字节),请把大段内容改为附件", len(judged.Body), MaxBody)
	}
	return judged, no, err
}

// Verify runs the judge on a received body and refuses one that is not what
// the act makes of the old record (G-09). The error says the body cannot be
// read at all.
func (k *Kind) Verify(old *Record, h *Header, body []byte, v View) (Judged, *Refusal, error) {
	want, err := k.decode(body)
	if err != nil {
		return Judged{}, nil, err
	}
	next, judged, no, err := k.run(old, h, want, v)
	if err != nil || no != nil {
		return Judged{}, no, err
	}
	if !reflect.DeepEqual(next, want) {
		return Judged{}, refuse("G-09", "内容与该操作应有的结果不一致"), nil
	}
	judged.Body = body
	return judged, nil, nil
}

func (k *Kind) run(old *Record, h *Header, want any, v View) (any, Judged, *Refusal, error) {
	if !k.Knows(h.Act) {
		return nil, Judged{}, refuse("G-07", "%s没有“%s”这个操作", k.Title, string(h.Act)), nil
	}
	var judged Judged
	var before any
	if old != nil {
		var err error
		if before, err = k.decode(old.Body); err != nil {
			return nil, Judged{}, nil, fmt.Errorf("stored record %s: %w", old.Ref, err)
		}
		judged.Before, judged.Ended, judged.Was, judged.Unlike = k.reach(before), k.due(before), k.terms(before), k.like(before)
		judged.Left = k.target(before)
	}
	next, no := k.judge(h.Act, before, want, h, v)
	if no != nil {
		return nil, Judged{}, no, nil
	}
	carryRest(before, next)
	judged.Home, judged.After = k.home(next), k.reach(next)
	judged.Target, judged.Due, judged.Terms, judged.Like = k.target(next), k.due(next), k.terms(next), k.like(next)
	return next, judged, nil, nil
}

func (k *Kind) typed(want any) (any, error) {
	if raw, ok := want.(json.RawMessage); ok {
		return k.decode(raw)
	}
	zero, err := k.decode([]byte("{}"))
	if err != nil {
		return nil, err
	}
	t := reflect.TypeOf(zero)
	switch reflect.TypeOf(want) {
	case t:
		return want, nil
	case t.Elem():
		p := reflect.New(t.Elem())
		p.Elem().Set(reflect.ValueOf(want))
		return p.Interface(), nil
	}
	return nil, fmt.Errorf("kind %s: body of type %T, want %s", k.Name, want, t)
}

// Follows reports whether records of the kind have the home of their target.
func (k *Kind) Follows() bool { return k.follows }

// Reach computes a stored record's audience.
func (k *Kind) Reach(body []byte) (Audience, error) {
	rec, err := k.decode(body)
	if err != nil {
		return Audience{}, err
	}
	return k.reach(rec), nil
}

// Runs computes the clocks that run for a stored record and what it follows.
func (k *Kind) Runs(body []byte) ([]Deadline, Ref, error) {
	rec, err := k.decode(body)
	if err != nil {
		return nil, Ref{}, err
	}
	return k.due(rec), k.target(rec), nil
}

// Likeness computes what a stored record is compared by.
func (k *Kind) Likeness(body []byte) (Likeness, error) {
	rec, err := k.decode(body)
	if err != nil {
		return Likeness{}, err
	}
	return k.like(rec), nil
}

// Terms computes what lists and search need of a stored record.
func (k *Kind) Terms(body []byte) (Terms, error) {
	rec, err := k.decode(body)
	if err != nil {
		return Terms{}, err
	}
	return k.terms(rec), nil
}

// Load decodes a record's body as T.
func Load[T any](r Record) (*T, error) {
	if r.Body == nil {
		return nil, NewFault(Gone, "read "+r.Ref.String(), "内容已依法删除")
	}
	if rec := remembered[T](&r); rec != nil {
		return rec, nil
	}
	rec, err := decodeRecord[T](&r)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", r.Ref, err)
	}
	r.remember(rec)
	return rec, nil
}

// decodeRecord takes the way of the kind when T is its type.
func decodeRecord[T any](r *Record) (*T, error) {
	if k := Lookup(r.Ref.Kind); k != nil {
		rec, err := k.decode(r.Body)
		if t, ok := rec.(*T); ok {
			return t, err
		}
	}
	return decodeBody[T](r.Body)
}
