package province

import (
	"math"

	"github.com/anishathalye/porcupine"

	"xiangyun/protocol"
)

// call is one operation on one record of the hub: a write on top of the
// revision its author saw, or a linearizable read.
type call struct {
	Ref   protocol.Ref
	Write bool
	Seen  uint64
	Value string
}

type answer struct {
	Unknown bool
	Refused bool
	Rev     uint64
	Value   string
}

// registry is the sequential model of a hub record that is written on top of a
// revision (proof.I1).
var registry = porcupine.Model{
	Partition: func(history []porcupine.Operation) (parts [][]porcupine.Operation) {
		at := map[protocol.Ref]int{}
		for _, op := range history {
			ref := op.Input.(call).Ref
			i, ok := at[ref]
			if !ok {
				i, parts = len(parts), append(parts, nil)
				at[ref] = i
			}
			parts[i] = append(parts[i], op)
		}
		return parts
	},
	Init: func() any { return answer{} },
	Step: func(state, input, output any) (bool, any) { return step(state.(answer), input.(call), output.(answer)) },
}

func step(s answer, in call, out answer) (bool, any) {
	next := answer{Rev: s.Rev + 1, Value: in.Value}
	switch {
	case !in.Write:
		return out.Rev == s.Rev && out.Value == s.Value, s
	case out.Unknown && in.Seen == s.Rev: // placed where it took effect, or at the end where it hurts nobody
		return true, next
	case out.Unknown:
		return true, s
	case out.Refused:
		return in.Seen != s.Rev, s
	}
	return in.Seen == s.Rev && out.Rev == next.Rev, next
}

// register writes a record and notes what came of it. Busy promises that
// nothing was proposed, and is taken at its word.
func (l *Ledger) register(client int, o Office, a protocol.Agency, seen uint64) (protocol.Record, error) {
	in := call{Ref: protocol.Ref{Kind: "agency", ID: a.USCC}, Write: true, Seen: seen, Value: a.Phone}
	begin := l.tick()
	rec, err := o.Register(a, seen)
	code := protocol.CodeOf(err)
	switch {
	case err == nil:
		l.note(client, begin, in, answer{Rev: rec.Rev})
	case code == protocol.Refused:
		l.note(client, begin, in, answer{Refused: true})
	case err != errAway && code != protocol.Busy:
		l.note(client, begin, in, answer{Unknown: true})
	}
	return rec, l.count("hub register", err)
}

// look reads a record linearizably.
func (l *Ledger) look(client int, o Office, ref protocol.Ref) (protocol.Record, error) {
	begin := l.tick()
	rec, err := o.Look(ref)
	out := answer{Rev: rec.Rev}
	if err == nil {
		agency, lerr := protocol.Load[protocol.Agency](rec)
		if lerr != nil {
			return rec, lerr
		}
		out.Value = agency.Phone
	}
	if err == nil || protocol.CodeOf(err) == protocol.Gone {
		l.note(client, begin, call{Ref: ref}, out)
	}
	return rec, l.count("hub look", err)
}

func (l *Ledger) note(client int, begin int64, in call, out answer) {
	end := l.tick()
	if out.Unknown {
		end = math.MaxInt64
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writes = append(l.writes, porcupine.Operation{ClientId: client, Input: in, Call: begin, Output: out, Return: end})
}
