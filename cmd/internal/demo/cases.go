package demo

import (
	"context"
	"fmt"

	"xiangyun/cmd/internal/sample"
	"xiangyun/protocol"
)

// LoadCases gives every window and every department something on its desk: each
// node takes three applications in for the next one in the list, which leaves
// the first as it arrived, has accepted the second and granted the third.
func (d *Demo) LoadCases(ctx context.Context) error {
	if len(d.Nodes) < 2 {
		return nil // nobody to hand over to
	}
	return d.onAllNodes(func(id protocol.NodeID) error { return d.loadDesk(ctx, id) })
}

func (d *Demo) loadDesk(ctx context.Context, id protocol.NodeID) error {
	for i, at := range d.Nodes {
		if at != id {
			continue
		}
		handler := d.Nodes[(i+1)%len(d.Nodes)]
		for k, filing := range sample.Items(handler)[:3] {
			caseID, err := d.sampleCase(ctx, id, filing.Item, 3*i+k)
			if err == nil {
				err = d.workOn(ctx, handler, filing.Item.Agency, caseID, k)
			}
			if err != nil {
				return fmt.Errorf("样例办件 %s: %w", filing.Item.Name, err)
			}
		}
	}
	return nil
}

func (d *Demo) sampleCase(ctx context.Context, at protocol.NodeID, item protocol.Item, no int) (string, error) {
	id := protocol.ItemID(item.ImplCode, item.Version)
	if err := d.Until(ctx, plainName(at)+"读到"+item.Name, func() (bool, error) {
		err := d.Node(at).Call(ctx, "GET", "/api/v1/items/"+id, nil, nil)
		return err == nil, err
	}); err != nil {
		return "", err
	}
	scans := map[string][]byte{"申请书.pdf": sample.Scan(sample.PDF, no)}
	r, err := d.Intake(ctx, at, id, sample.Applicants(no + 1)[no], fmt.Sprintf("sample-%d", no), scans)
	return r.ID, err
}

// workOn does the first steps of a case at its handler: none, accept, or accept
// and grant.
func (d *Demo) workOn(ctx context.Context, at protocol.NodeID, agency, caseID string, steps int) error {
	node, path := d.Node(at), "/api/v1/cases/"+caseID
	if err := d.Until(ctx, plainName(at)+"签收 "+caseID, func() (bool, error) {
		var v caseView
		err := node.Call(ctx, "GET", path, nil, &v)
		return v.Body.State == protocol.CaseArrived, err
	}); err != nil || steps == 0 {
		return err
	}
	if err := node.As(Who(at, protocol.RoleAcceptor, agency)).Call(ctx, "POST", path+"/accept", nil, nil); err != nil || steps == 1 {
		return err
	}
	return node.As(Who(at, protocol.RoleDecider, agency)).Call(ctx, "POST", path+"/grant", map[string]string{"text": "准予"}, nil)
}
