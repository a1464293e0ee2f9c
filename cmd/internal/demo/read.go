package demo

import (
	"context"
	"fmt"
	"net/url"

	"xiangyun/protocol"
)

// CaseRow is one case as a place lists it.
type CaseRow struct {
	ID        string
	ReceiptNo string
	State     protocol.CaseState
}

// CasesAtHub lists the cases of one window that the hub holds.
func (d *Demo) CasesAtHub(ctx context.Context, window protocol.NodeID) (rows []CaseRow, err error) {
	err = d.Hub().Pages(ctx, "/api/v1/cases", query("node", string(window), "limit", "200"), func(item rawItem) error {
		v, err := decodeItem[caseView](item)
		rows = append(rows, CaseRow{v.ID, v.Body.ReceiptNo, v.Body.State})
		return err
	})
	return rows, err
}

// CasesAtNode lists the cases of one window that a node holds.
func (d *Demo) CasesAtNode(ctx context.Context, at, window protocol.NodeID) (rows []CaseRow, err error) {
	err = d.Node(at).Pages(ctx, "/api/v1/cases", query("window", string(window), "limit", "200"), func(item rawItem) error {
		v, err := decodeItem[struct {
			ID        string
			ReceiptNo string `json:"receipt_no"`
			State     protocol.CaseState
		}](item)
		rows = append(rows, CaseRow{v.ID, v.ReceiptNo, v.State})
		return err
	})
	return rows, err
}

// FirstIndex gives the hub index that decided a case's first act.
func (d *Demo) FirstIndex(ctx context.Context, caseID string) (uint64, error) {
	var steps struct{ Items []struct{ Index uint64 } }
	if err := d.Hub().Call(ctx, "GET", "/api/v1/history/case/"+url.PathEscape(caseID), nil, &steps); err != nil {
		return 0, err
	}
	if len(steps.Items) == 0 {
		return 0, fmt.Errorf("case %s has no history at the hub", caseID)
	}
	return steps.Items[0].Index, nil
}
