package hub

import (
	"encoding/json"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
)

// An entry that nobody can read is seen and settled through the office
// (replication.Q1, Q2).
func TestAHeldEntryIsFixedByTheOperator(t *testing.T) {
	c := newCenter(t)
	c.plan("yanbian")
	key := newKey(t)
	_, err := c.Enroll(c.ctx(), c.token(protocol.RoleNode, "yanbian").Text, request(t, key))
	c.must(err)
	agency := c.agency(1, "yanbian")
	e := entry(agency, 1, 1)
	ref := protocol.Ref{Kind: "catalog.entry", ID: "e1"}
	line, err := wire.Seal(&protocol.Header{Origin: "yanbian", Epoch: 1, Lane: protocol.Bulk, Seq: 1, Ref: ref, Act: "submit", Rev: 1, RecEpoch: 1,
		At: c.Now(), AtErr: 1, By: "yanbian:editor", Feature: 1}, []byte(`{"name":`))
	c.must(err)
	sig, err := identity.KeySigner(key).Sign(line.Hash)
	c.must(err)
	_, err = c.Propose(c.ctx(), []wire.Batch{{Origin: "yanbian", Entries: []protocol.Entry{line}, Checkpoint: wire.Checkpoint{Pos: line.Pos(), Sig: sig}}})
	c.must(err)

	r := reader{c.Server}
	queue, err := r.Queue(ref)
	c.must(err)
	if len(queue) != 1 || queue[0].Body != `{"name":` || queue[0].Pos != line.Pos() {
		t.Fatalf("%+v", queue)
	}
	good, err := json.Marshal(e)
	c.must(err)
	of := line.Pos()
	c.want(protocol.Denied, c.Settle(c.ctx(), auditor, "fix", ref, "漏了内容", &of, good))
	c.want(protocol.Refused, c.Settle(c.ctx(), admin, "fix", ref, "", &of, good))
	c.must(c.Settle(c.ctx(), admin, "fix", ref, "漏了内容", &of, good))
	rec, ok, err := c.Get(ref)
	c.must(err)
	if !ok || rec.Home != "yanbian" || rec.By != by(admin) || body[protocol.CatalogEntry](c, ref).Name != e.Name {
		t.Errorf("%+v", rec)
	}
	if queue, err = r.Queue(ref); err != nil || len(queue) != 0 {
		t.Errorf("%v, %v", queue, err)
	}
}

func TestBodiesOfPersonalKindsAreNotShown(t *testing.T) { // art. 45
	for kind, hidden := range map[protocol.KindName]bool{"case": true, "agency": false, "nobody-knows": true} {
		if hideBody(kind) != hidden {
			t.Errorf("%s: hidden is %t", kind, !hidden)
		}
	}
}
