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

// AnyCaseAtHub reports whether the hub holds a case of one window.
func (d *Demo) AnyCaseAtHub(ctx context.Context, window protocol.NodeID) (bool, error) {
	var list struct{ Items []rawItem }
	err := d.Hub().Call(ctx, "GET", "/api/v1/cases?"+query("node", string(window), "limit", "1").Encode(), nil, &list)
	return len(list.Items) > 0, err
}

// HubStep is one act on a record as the hub decided it.
type HubStep struct {
	Act   string
	Rev   uint64
	Index uint64
}

// StepsAtHub lists what the hub decided about a case, in its order.
func (d *Demo) StepsAtHub(ctx context.Context, caseID string) ([]HubStep, error) {
	var list struct{ Items []HubStep }
	err := d.Hub().Call(ctx, "GET", "/api/v1/history/case/"+url.PathEscape(caseID), nil, &list)
	if err != nil {
		return nil, fmt.Errorf("read history of case %s: %w", caseID, err)
	}
	return list.Items, nil
}
