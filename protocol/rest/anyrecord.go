package rest

import (
	"encoding/json"
	"time"

	"xiangyun/protocol"
)

// AnyRecord is a record of any kind for those who look after a place. Of a kind
// with personal data it gives where the record stands and nothing of what it
// says (art. 45); a kind that this binary does not know counts as one.
type AnyRecord struct {
	Kind     string          `json:"kind"`
	ID       string          `json:"id"`
	Rev      uint64          `json:"rev"`
	Home     protocol.NodeID `json:"home" doc:"下一步由谁办理"`
	Epoch    uint64          `json:"epoch"`
	Index    uint64          `json:"index" doc:"省级确认的序号;0 表示省级尚未确认"`
	At       time.Time       `json:"at"`
	By       string          `json:"by"`
	Act      protocol.Act    `json:"act"`
	State    string          `json:"state,omitempty"`
	Hash     string          `json:"hash,omitempty" doc:"内容的 SHA-256"`
	Personal bool            `json:"personal" doc:"含个人信息,不显示内容"`
	Erased   bool            `json:"erased,omitempty" doc:"内容已依法删除"`
	Body     json.RawMessage `json:"body,omitempty"`
}

// AnyRecordOf describes rec.
func AnyRecordOf(rec protocol.Record) AnyRecord {
	v := AnyRecord{Kind: string(rec.Ref.Kind), ID: rec.Ref.ID, Rev: rec.Rev, Home: rec.Home, Epoch: rec.Epoch, Index: rec.Index,
		At: rec.At.Time(), By: rec.By, Act: rec.Act, Personal: true, Erased: rec.Body == nil}
	kind := protocol.Lookup(rec.Ref.Kind)
	if kind == nil || rec.Body == nil {
		return v
	}
	v.Personal, v.Hash = kind.Personal, protocol.HashOf(rec.Body).String()
	if terms, err := kind.Terms(rec.Body); err == nil { // a body that cannot be read is shown as it is
		v.State = terms.State
	}
	if !v.Personal && json.Valid(rec.Body) {
		v.Body = rec.Body
	}
	return v
}

// Step is one line of a record's history.
type Step struct {
	Rev   uint64          `json:"rev"`
	Act   protocol.Act    `json:"act"`
	By    string          `json:"by"`
	At    time.Time       `json:"at"`
	Home  protocol.NodeID `json:"home" doc:"此后由谁办理"`
	Index uint64          `json:"index" doc:"省级确认的序号;0 表示省级尚未确认"`
}
