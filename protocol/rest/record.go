package rest

import (
	"encoding/json"
	"reflect"
	"time"

	"xiangyun/protocol"
)

// Raw is JSON that was stored, handed out as it is and described as T: members
// that this binary does not know are not lost on the way (replication.V4).
type Raw[T any] []byte

// MarshalJSON gives the stored bytes.
func (r Raw[T]) MarshalJSON() ([]byte, error) { return json.RawMessage(r).MarshalJSON() }

// UnmarshalJSON keeps the bytes.
func (r *Raw[T]) UnmarshalJSON(b []byte) error {
	*r = append((*r)[:0], b...)
	return nil
}

func (Raw[T]) describedAs() reflect.Type { return reflect.TypeFor[T]() }

// Record is the state of one thing, with its body as its home wrote it.
type Record[T any] struct {
	ID    string          `json:"id"`
	Rev   uint64          `json:"rev" doc:"版本号;办理时放入 If-Match"`
	Home  protocol.NodeID `json:"home" doc:"下一步由谁办理"`
	Epoch uint64          `json:"epoch"`
	Index uint64          `json:"index" doc:"省级确认的序号;0 表示省级尚未确认"`
	At    time.Time       `json:"at"`
	By    string          `json:"by"`
	Act   protocol.Act    `json:"act"`
	Body  Raw[T]          `json:"body"`
}

// RecordOf describes rec. An erased body is a gone fault.
func RecordOf[T any](rec protocol.Record) (Record[T], error) {
	if rec.Body == nil {
		return Record[T]{}, &protocol.Fault{Code: protocol.Gone, Op: "read", Ref: rec.Ref, Text: "内容已依法删除"}
	}
	return Record[T]{ID: rec.Ref.ID, Rev: rec.Rev, Home: rec.Home, Epoch: rec.Epoch, Index: rec.Index, At: rec.At.Time(), By: rec.By,
		Act: rec.Act, Body: rec.Body}, nil
}

// Revision is the ETag of a record.
func (r Record[T]) Revision() uint64 { return r.Rev }

// Found makes the answer of a read that may find nothing.
func Found[T any](rec protocol.Record, ok bool, err error) (Record[T], error) {
	if err != nil {
		return Record[T]{}, err
	}
	if !ok {
		return Record[T]{}, Missing(rec.Ref)
	}
	return RecordOf[T](rec)
}

// Done makes the answer of an act.
func Done[T any](rec protocol.Record, err error) (Record[T], error) {
	if err != nil {
		return Record[T]{}, err
	}
	return RecordOf[T](rec)
}

// Missing is the fault of a record that is not here.
func Missing(ref protocol.Ref) *protocol.Fault {
	return &protocol.Fault{Code: protocol.Gone, Op: "read", Ref: ref, Text: "没有找到该记录"}
}

// List is one page of an answer with many.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"下一页的 after;没有即为末页"`
	Total uint64 `json:"total"`
	More  bool   `json:"more,omitempty" doc:"总数是下限"`
}

// All is a list that has one page.
func All[T any](items []T) List[T] {
	if items == nil {
		items = []T{}
	}
	return List[T]{Items: items, Total: uint64(len(items))}
}
