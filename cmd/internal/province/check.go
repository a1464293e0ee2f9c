package province

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// Check gives every breach of the invariants that this level can see. I8 to
// I12, I14, I17 and I18 need data calls, clocks of years, backups, damaged
// files, other builds or outputs, and are proved elsewhere.
func (e *Evidence) Check() (breaches []string) {
	for _, check := range []func(*Evidence) []string{checkRegistry, checkReceipts, checkActs, checkPaths, checkChains, checkScopes, checkHomes, checkVoters, checkVerdicts} {
		breaches = append(breaches, check(e)...)
	}
	return append(breaches, e.Ledger.wrong...)
}

// most is how many breaches of one kind are told.
const told = 5

type findings []string

func (f *findings) add(format string, args ...any) {
	if len(*f) < told {
		*f = append(*f, fmt.Sprintf(format, args...))
	}
}

// any gives one server; that they are all alike is checked by itself.
func (e *Evidence) hub() *HubView {
	return e.Hubs[slices.Sorted(maps.Keys(e.Hubs))[0]]
}

// checkRegistry is I1: writes and linearizable reads of the hub's records.
func checkRegistry(e *Evidence) (f []string) {
	switch porcupine.CheckOperationsTimeout(registry, e.Ledger.writes, 20*time.Second) {
	case porcupine.Ok:
		return nil
	case porcupine.Unknown:
		return []string{"I1: not decided within 20 s"}
	}
	for _, part := range registry.Partition(e.Ledger.writes) {
		if !porcupine.CheckOperations(registry, part) {
			f = append(f, fmt.Sprintf("I1: %d operations on %s are not linearizable", len(part), part[0].Input.(call).Ref))
		}
	}
	return f
}

// checkReceipts is I2: every printed receipt is one case, with the same number
// at the hub, where it was taken in and where it is decided.
func checkReceipts(e *Evidence) []string {
	var f findings
	numbers := map[string][]protocol.Ref{}
	for ref, rec := range e.hub().Records {
		if ref.Kind != "case" {
			continue
		}
		c, err := protocol.Load[protocol.Case](rec)
		if err != nil {
			f.add("I2: %s cannot be read: %v", ref, err)
			continue
		}
		numbers[c.ReceiptNo] = append(numbers[c.ReceiptNo], ref)
	}
	for no, refs := range numbers {
		if len(refs) > 1 {
			f.add("I2: receipt %s is on %v", no, refs)
		}
	}
	for _, s := range e.Ledger.slips {
		if !s.Maybe && !slices.Contains(numbers[s.No], s.Ref) {
			f.add("I2: receipt %s of %s is not at the hub", s.No, s.Ref)
		}
		if s.Maybe {
			continue
		}
		for _, n := range []protocol.NodeID{s.Place, s.Handler} {
			if v := e.Nodes[n]; v != nil {
				if rec, ok := v.Records[s.Ref]; !ok || !bytes.Equal(rec.Body, e.hub().Records[s.Ref].Body) {
					f.add("I2: receipt %s of %s at %s is not as at the hub", s.No, s.Ref, n)
				}
			}
		}
	}
	return f
}

// checkActs is the rest of I2: what somebody was told is done has happened, at
// exactly that place of the record's history.
func checkActs(e *Evidence) []string {
	var f findings
	for _, d := range e.Ledger.done {
		if d.Maybe {
			continue
		}
		i := slices.IndexFunc(e.hub().History[d.Ref], func(s fold.Step) bool { return s.Epoch == d.Epoch && s.Rev == d.Rev })
		if i < 0 {
			f.add("I2: %s by %s on %s (%d.%d, line ≤ %d) is not in the hub's history", d.Act, d.By, d.Ref, d.Epoch, d.Rev, d.Seq)
			continue
		}
		if s := e.hub().History[d.Ref][i]; s.Act != d.Act || s.By != d.By {
			f.add("I7: %s by %s on %s (%d.%d) was replaced by %s by %s", d.Act, d.By, d.Ref, d.Epoch, d.Rev, s.Act, s.By)
		}
	}
	return f
}

// checkChains is I4: every lane was taken without gap or second history, in the
// order of the hub, and the node that wrote it has the same lines.
func checkChains(e *Evidence) []string {
	var f findings
	for id, h := range e.Hubs {
		for chain, lines := range h.Chains {
			prev, index, epoch := protocol.Hash{}, uint64(0), uint64(0)
			for i, l := range lines {
				if l.Seq != uint64(i)+1 || l.Prev != prev || l.Index < index || l.Epoch < epoch {
					f.add("I4: line %d of %v at %s does not follow the one before", l.Seq, chain, id)
					break
				}
				prev, index, epoch = l.Hash, l.Index, l.Epoch
			}
			own := e.Nodes[chain.Origin]
			if own == nil {
				continue
			}
			mine := own.Hashes[chain]
			for seq, hash := range mine {
				if seq > uint64(len(lines)) || lines[seq-1].Hash != hash {
					f.add("I4: line %d of %v is another at the node than at %s", seq, chain, id)
				}
			}
		}
	}
	return f
}

// checkScopes is I6: each node holds exactly what the hub has for it.
func checkScopes(e *Evidence) []string {
	var f findings
	for ref, rec := range e.hub().Records {
		readers, err := protocol.Lookup(ref.Kind).Reach(rec.Body)
		if err != nil {
			f.add("I6: %s cannot be read: %v", ref, err)
			continue
		}
		for id, v := range e.Nodes {
			has, ok := v.Records[ref]
			switch may := readers.Has(id) || rec.Home == id; {
			case may != ok:
				f.add("I6: %s (home %s): at %s %t, wanted %t", ref, rec.Home, id, ok, may)
			case ok && (has.Rev != rec.Rev || has.Epoch != rec.Epoch || has.Home != rec.Home || !bytes.Equal(has.Body, rec.Body)):
				f.add("I6: %s is %d.%d of %s at the hub and %d.%d of %s at %s", ref, rec.Epoch, rec.Rev, rec.Home, has.Epoch, has.Rev, has.Home, id)
			case ok && has.Index == 0:
				f.add("I6: %s at %s was never confirmed", ref, id)
			}
		}
	}
	for id, v := range e.Nodes {
		for ref := range v.Records {
			if _, ok := e.hub().Records[ref]; !ok {
				f.add("I6: %s is at %s and not at the hub", ref, id)
			}
		}
	}
	return f
}

// checkHomes is I7: no two places were ever told that they took the same step
// of one record.
func checkHomes(e *Evidence) []string {
	var f findings
	type place struct {
		ref        protocol.Ref
		epoch, rev uint64
	}
	first := map[place]*Done{}
	for _, d := range e.Ledger.done {
		if d.Maybe {
			continue
		}
		at := place{d.Ref, d.Epoch, d.Rev}
		if o := first[at]; o != nil && (o.Place != d.Place || o.By != d.By || o.Act != d.Act) {
			f.add("I7: %s was taken to %d.%d by %s and by %s", d.Ref, d.Epoch, d.Rev, o.By, d.By)
		}
		first[at] = d
	}
	for id, v := range e.Nodes {
		for ref, rec := range v.Records {
			if at := e.hub().Records[ref].Home; rec.Home == id && at != id {
				f.add("I7: %s has its home at %s for the node and at %s for the hub", ref, id, at)
			}
		}
	}
	return f
}

// checkVoters is I13: the same log gave the same state everywhere.
func checkVoters(e *Evidence) []string {
	var f findings
	one := e.hub()
	for id, h := range e.Hubs {
		if h.Index != one.Index || h.Digest != one.Digest {
			f.add("I13: %s is at %d with digest %s, another at %d with %s", id, h.Index, h.Digest.Short(), one.Index, one.Digest.Short())
		}
		if len(h.Records) != len(one.Records) {
			f.add("I13: %s has %d records, another %d", id, len(h.Records), len(one.Records))
		}
	}
	return f
}

// checkVerdicts: no act of a record's own home may be refused by the hub
// (replication.R14), and nothing is held or frozen in the end.
func checkVerdicts(e *Evidence) []string {
	var f findings
	for id, v := range e.Nodes {
		if v.Refused > 0 {
			f.add("R14: the hub refused %d acts of %s", v.Refused, id)
		}
		if v.Frozen != nil {
			f.add("F1: %s is frozen: %v", id, v.Frozen)
		}
		for _, w := range v.Work {
			if w.Verdict.Outcome != protocol.Orphan {
				f.add("R14: work at %s: %s of %s by %s: %s %s", id, w.Act, w.Verdict.Ref, w.By, w.Verdict.Outcome, w.Verdict.Rule)
			}
		}
	}
	if n := e.hub().Held; n > 0 {
		f.add("A15: %d entries are held", n)
	}
	return f
}
