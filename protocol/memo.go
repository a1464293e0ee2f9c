package protocol

// memo is what Load made of a body once, for a record that is loaded again and
// again: every case cites its item, guide and calendar.
type memo struct{ body any }

// Remembering gives r with a memory: what the first Load of it makes, all later
// ones of it and of its copies give again. Nobody may change that, as nobody
// may change what a judge is given, and one goroutine at a time may load it.
func (r Record) Remembering() Record {
	r.memo = new(memo)
	return r
}

// remembered is what an earlier Load made of r, or nil.
func remembered[T any](r *Record) *T {
	if r.memo == nil {
		return nil
	}
	rec, _ := r.memo.body.(*T)
	return rec
}

func (r *Record) remember(rec any) {
	if r.memo != nil {
		r.memo.body = rec
	}
}
