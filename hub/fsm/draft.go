package fsm

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"xiangyun/protocol"
)

// draft is a protocol.Draft as a command carries it.
type draft struct {
	Ref      protocol.Ref    `json:"ref"`
	Act      protocol.Act    `json:"act"`
	Body     json.RawMessage `json:"body"`
	By       string          `json:"by"`
	Rev      uint64          `json:"rev,omitempty"`
	RecEpoch uint64          `json:"rec_epoch,omitempty"`
	Deps     []protocol.Dep  `json:"deps,omitempty"` // Rev 0 is the current one
	Answers  protocol.Ref    `json:"answers,omitzero"`
}

// appendGroup writes a group: length as u32, JSON array.
func appendGroup(out []byte, drafts []protocol.Draft) ([]byte, error) {
	group := make([]draft, len(drafts))
	for i, d := range drafts {
		body, err := json.Marshal(d.Body)
		if err != nil {
			return nil, &protocol.Fault{Code: protocol.Malformed, Op: "encode draft", Ref: d.Ref, Text: "内容无法编码", Err: err}
		}
		group[i] = draft{d.Ref, d.Act, body, d.By, d.Rev, d.RecEpoch, d.Deps, d.Answers}
		if err := group[i].validate(); err != nil {
			return nil, err
		}
	}
	payload, err := json.Marshal(group)
	if err != nil {
		return nil, fmt.Errorf("encode drafts: %w", err)
	}
	return append(binary.BigEndian.AppendUint32(out, uint32(len(payload))), payload...), nil
}

func readGroup(p []byte) (group []draft, rest []byte, err error) {
	if len(p) < 4 {
		return nil, nil, errors.New("ends before a group")
	}
	n := uint64(binary.BigEndian.Uint32(p))
	if p = p[4:]; n > uint64(len(p)) {
		return nil, nil, fmt.Errorf("group says %d bytes, %d are here", n, len(p))
	}
	if err := json.Unmarshal(p[:n], &group); err != nil {
		return nil, nil, fmt.Errorf("group: %w", err)
	}
	for i := range group {
		if err := group[i].validate(); err != nil {
			return nil, nil, err
		}
	}
	return group, p[n:], nil
}

// validate lists what a draft must have for an entry to be made of it; the rest
// is for the judge.
func (d *draft) validate() error {
	const op = "read draft"
	if err := d.Ref.Validate(); err != nil {
		return &protocol.Fault{Code: protocol.Malformed, Op: op, Text: "操作没有指明记录", Err: err}
	}
	switch {
	case len(d.Body) > protocol.MaxBody:
		return &protocol.Fault{Code: protocol.TooBig, Op: op, Ref: d.Ref, Text: "内容过大,请把大段内容改为附件"}
	case d.Act == "" || len(d.Act) > 40 || d.By == "" || len(d.By) > 100 || len(d.Deps) > protocol.MaxDeps:
		return &protocol.Fault{Code: protocol.Malformed, Op: op, Ref: d.Ref, Text: "操作缺少名称、经办人,或引用过多"}
	}
	return nil
}
