package node

import (
	"context"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/replication"
)

// theProvince asks the hub in the desk's words.
type theProvince struct{ uplink *replication.Uplink }

func (p theProvince) Look(ctx context.Context, q desk.Question) (desk.Sight, error) {
	a, err := p.uplink.Look(ctx, replication.LookAsk{Case: q.Case, Key: q.Key, By: q.By, Purpose: q.Purpose})
	if err != nil {
		return desk.Sight{}, err
	}
	s := desk.Sight{Server: a.Server, Index: a.Index, Age: a.Age}
	for _, c := range a.Cases {
		s.Cases = append(s.Cases, protocol.Record{Ref: c.Ref, Rev: c.Rev, Home: c.Home, At: c.At, Act: c.Act, Index: c.Index, Body: c.Body})
	}
	return s, nil
}
