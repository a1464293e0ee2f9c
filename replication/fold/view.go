package fold

import (
	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// view is what the judge of one entry may know: the versions the entry cites
// (replication.R14). The first read error ends the judgement.
type view struct {
	tx    *bbolt.Tx
	cites *Cites
	deps  []protocol.Dep
	level uint16
	err   error
}

func (v *view) Level() uint16 { return v.level }

func (v *view) Cited(ref protocol.Ref) (protocol.Record, bool) {
	for _, d := range v.deps {
		if d.Ref == ref && v.err == nil {
			rec, ok, err := v.cites.version(v.tx, ref, d.Rev)
			v.err = err
			return rec, ok && err == nil && rec.Rev == d.Rev
		}
	}
	return protocol.Record{}, false
}

// answers checks that the request an entry answers is open and about this
// record, so that it is answered exactly once (replication.A13).
func (v *view) answers(h *protocol.Header) *protocol.Refusal {
	if h.Answers == (protocol.Ref{}) {
		return nil
	}
	rec, ok, err := Get(v.tx, h.Answers)
	if err != nil || !ok {
		v.err = err
		return refused("A13", "所答复的请求不存在")
	}
	req, err := protocol.Load[protocol.Request](rec)
	if err != nil {
		return refused("A13", "所答复的请求无法读取")
	}
	if !req.Open() {
		return refused("A13", "该请求已经答复过")
	}
	if req.On != h.Ref {
		return refused("A13", "该请求针对另一条记录")
	}
	return nil
}
