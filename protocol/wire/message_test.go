package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"xiangyun/protocol"
)

// rule is one way to break a message: path of the member and the JSON put there.
type rule struct {
	name, member, json string
}

const badPos = `[{"epoch":1,"lane":1,"seq":4,"hash":"` + "0000000000000000000000000000000000000000000000000000000000000000" + `"}]`

func twice(one string) string { return "[" + one + "," + one + "]" }

// messageRules spoils one member of each sample at a time; a rule is proved by
// Decode refusing it and by Encode refusing what json alone would take.
var messageRules = map[string][]rule{
	"Hello": {
		{"origin is a node id", "origin", `"Yan Bian"`},
		{"epoch is above 0", "epoch", `0`},
		{"boot is drawn", "boot", `"00000000000000000000000000000000"`},
		{"class is named", "class", `""`},
		{"class is short", "class", `"` + strings.Repeat("c", 33) + `"`},
		{"build is named", "build", `""`},
		{"build is short", "build", `"` + strings.Repeat("b", 101) + `"`},
		{"feature is above 0", "feature", `0`},
		{"heads have hashes", "heads", badPos},
		{"heads are in known lanes", "heads", `[{"epoch":1,"lane":3,"seq":0,"hash":"` + strings.Repeat("0", 64) + `"}]`},
		{"heads have an epoch", "heads", `[{"epoch":0,"lane":1,"seq":1,"hash":"` + strings.Repeat("1", 64) + `"}]`},
		{"heads name a lane once", "heads", twice(`{"epoch":1,"lane":1,"seq":1,"hash":"` + strings.Repeat("1", 64) + `"}`)},
		{"acked have hashes", "acked", badPos},
		{"cursors name a lane once", "cursors", twice(`{"lane":1}`)},
		{"cursors are cursors", "cursors", `[{"lane":1,"prev":2,"last":1}]`},
		{"clock is there", "clock", `0`},
		{"clock has an error bound", "clockErr", `0`},
	},
	"Welcome": {
		{"server is named", "server", `""`},
		{"feature is above 0", "feature", `0`},
		{"last have hashes", "last", badPos},
		{"backed up is in known lanes", "backedUp", `[{"lane":0,"seq":1}]`},
		{"backed up names a lane once", "backedUp", twice(`{"lane":1,"seq":1}`)},
		{"credits are credits", "credits", `[{"lane":1,"bytes":-1}]`},
		{"credits name a lane once", "credits", twice(`{"lane":2,"bytes":1}`)},
		{"hub time is there", "hubTime", `0`},
		{"limits are above 0", "limits", `{"entries":1,"batch":1,"body":0,"frame":1}`},
		{"voters are above 0", "voters", `0`},
		{"servers are few", "servers", `[` + strings.TrimSuffix(strings.Repeat(`{"id":"h1","addr":"a:1"},`, 33), ",") + `]`},
		{"servers have an id", "servers", `[{"id":"","addr":"a:1"}]`},
		{"servers have an address", "servers", `[{"id":"h1","addr":""}]`},
		{"servers have a port", "servers", `[{"id":"h1","addr":"a"}]`},
		{"servers have a whole port", "servers", `[{"id":"h1","addr":"a:"}]`},
		{"servers have a host", "servers", `[{"id":"h1","addr":":1"}]`},
	},
	"NodeBeat": {
		{"boot is drawn", "boot", `"00000000000000000000000000000000"`},
		{"time is there", "time", `0`},
		{"heads have hashes", "heads", badPos},
		{"forked lines have hashes", "forked", badPos},
	},
	"HubBeat": {
		{"time is there", "time", `0`},
		{"backed up is in known lanes", "backedUp", `[{"lane":9,"seq":1}]`},
		{"servers have a whole port", "servers", `[{"id":"h1","addr":"a:"}]`},
	},
	"Credit": {
		{"lane is known", "lane", `0`},
		{"bytes are not below 0", "bytes", `-1`},
	},
	"Cursor": {
		{"lane is known", "lane", `3`},
		{"prev is not above last", "prev", `991`},
	},
	"Got": {
		{"lane is known", "lane", `0`},
	},
	"SnapAsk": {
		{"a key belongs to a snapshot", "id", `""`},
		{"id is short", "id", `"` + strings.Repeat("s", 65) + `"`},
		{"key is short", "after", `"` + strings.Repeat("AAAA", 342) + `"`},
	},
	"SnapHead": {
		{"id is there", "id", `""`},
		{"index is above 0", "index", `0`},
		{"last have hashes", "last", badPos},
		{"digest is there", "digest", `"` + strings.Repeat("0", 64) + `"`},
	},
	"SnapEnd": {
		{"digest is there", "digest", `"` + strings.Repeat("0", 64) + `"`},
	},
	"Have": {
		{"names an id", "ids", `[]`},
		{"ids are content addresses", "ids", `["sha256:00"]`},
	},
	"Missing": {
		{"ids are content addresses", "ids", `["md5:00"]`},
	},
	"Put": {
		{"id is a content address", "id", `""`},
		{"size is above 0", "size", `0`},
		{"offset is not below 0", "offset", `-1`},
		{"offset is not beyond the blob", "offset", `4194305`},
	},
	"Get": {
		{"id is a content address", "id", `"x"`},
		{"offset is not below 0", "offset", `-1`},
		{"length is not below 0", "length", `-1`},
	},
	"BlobReceipt": {
		{"id is a content address", "id", `"x"`},
		{"size is above 0", "size", `0`},
		{"server is named", "server", `""`},
		{"epoch is above 0", "epoch", `0`},
		{"time is there", "time", `0`},
		{"is signed", "sig", `""`},
		{"signature is short", "sig", `"` + strings.Repeat("AAAA", 86) + `"`},
		{"voters are not below 0", "voters", `-1`},
		{"certificate is short", "cert", `"` + strings.Repeat("AAAA", 1400) + `"`},
	},
}

func TestMessageRules(t *testing.T) {
	for name, form := range forms() {
		if len(messageRules[name]) == 0 && name != "Ack" {
			t.Errorf("%s has no rule tested", name)
		}
		for _, row := range messageRules[name] {
			t.Run(name+" "+row.name, func(t *testing.T) {
				payload := spoil(t, form.sample, row.member, row.json)
				_, err := form.decode(payload)
				wantCode(t, err, protocol.Malformed)
				bad := reflect.New(reflect.TypeOf(form.sample))
				if err := json.Unmarshal(payload, bad.Interface()); err != nil {
					t.Fatalf("the rule is json's, not ours: %v", err)
				}
				_, err = Encode(bad.Elem().Interface().(Message))
				wantCode(t, err, protocol.Malformed)
			})
		}
	}
}

// spoil encodes m with one member replaced.
func spoil(t *testing.T, m Message, member, value string) []byte {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(must2(Encode(m))(t), &members); err != nil {
		t.Fatal(err)
	}
	members[member] = json.RawMessage(value)
	return must2(json.Marshal(members))(t)
}

func TestMessagesOfANewerBuildAreRead(t *testing.T) { // replication.V6
	for name, form := range forms() {
		if name == "Ack" {
			continue
		}
		got, err := form.decode(spoil(t, form.sample, "fromTheFuture", `{"a":[1]}`))
		if err != nil || !reflect.DeepEqual(got, form.sample) {
			t.Errorf("%s: got %+v %v", name, got, err)
		}
	}
}

func TestBrokenJSONIsMalformed(t *testing.T) {
	for name, form := range forms() {
		payload := must2(Encode(form.sample))(t)
		bad := [][]byte{nil, []byte("null"), []byte("[]"), []byte("{}"), []byte(" "), append(bytes.Clone(payload), '{')}
		if name == "Missing" || name == "SnapAsk" {
			bad = slices.Delete(bad, 3, 4) // nothing is missing; a new snapshot
		}
		for n := range payload {
			bad = append(bad, payload[:n])
		}
		for _, b := range bad {
			if _, err := form.decode(b); protocol.CodeOf(err) != protocol.Malformed {
				t.Fatalf("%s: %q gave %v", name, b, err)
			}
		}
	}
}

func TestTooManyIDs(t *testing.T) {
	ids := slices.Repeat([]protocol.BlobID{sampleBlob(1)}, MaxIDs+1)
	_, err := Encode(Have{IDs: ids})
	wantCode(t, err, protocol.TooBig)
	if _, err := Encode(Have{IDs: ids[:MaxIDs]}); err != nil {
		t.Error(err)
	}
}

func TestAckRules(t *testing.T) { // replication.R11, A7
	next := samplePos(protocol.Urgent, 10)
	for _, row := range []struct {
		name  string
		spoil func(*Ack)
		right bool
	}{
		{"without verdicts", func(a *Ack) { a.Verdicts = nil }, true},
		{"a parked entry stops the chain before it", func(a *Ack) {
			a.Verdicts = append(a.Verdicts, protocol.Verdict{Pos: next, Ref: a.Verdicts[0].Ref, Outcome: protocol.ParkedAct})
		}, true},
		{"of a chain without lines", func(a *Ack) { a.Pos, a.Verdicts = protocol.Pos{Lane: protocol.Urgent}, nil }, true},
		{"lane is known", func(a *Ack) { a.Lane, a.Pos.Lane = 3, 3 }, false},
		{"lane is the position's", func(a *Ack) { a.Lane = protocol.Bulk }, false},
		{"position has a hash", func(a *Ack) { a.Pos.Hash = protocol.Hash{} }, false},
		{"verdicts are of the lane", func(a *Ack) { a.Verdicts[0].Pos.Lane = protocol.Bulk }, false},
		{"verdicts are in order", func(a *Ack) { slices.Reverse(a.Verdicts) }, false},
		{"verdicts are not beyond the position", func(a *Ack) { a.Verdicts[1].Pos = next }, false},
		{"verdicts are verdicts", func(a *Ack) { a.Verdicts[0].Outcome = 0 }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := sampleAck()
			row.spoil(&a)
			_, err := Encode(a)
			raw := must2(a.AppendBinary(nil))(t)
			_, readErr := Decode[Ack](raw)
			if row.right && (err != nil || readErr != nil) {
				t.Errorf("got %v and %v", err, readErr)
			}
			if !row.right {
				wantCode(t, err, protocol.Malformed)
				wantCode(t, readErr, protocol.Malformed)
			}
		})
	}
}

func TestPositionsOf(t *testing.T) {
	p := Positions{samplePos(protocol.Bulk, 7)}
	if p.Of(protocol.Bulk) != p[0] || p.Of(protocol.Urgent) != (protocol.Pos{Lane: protocol.Urgent}) {
		t.Error("want the listed place, and the start of a lane that is not listed")
	}
}

func TestReceiptSignsEveryField(t *testing.T) { // replication.md §13 B4
	base := sampleReceipt()
	for name, spoil := range map[string]func(*BlobReceipt){
		"id": func(r *BlobReceipt) { r.ID = sampleBlob(8) }, "size": func(r *BlobReceipt) { r.Size++ },
		"server": func(r *BlobReceipt) { r.Server = "hub3" }, "epoch": func(r *BlobReceipt) { r.Epoch++ },
		"time": func(r *BlobReceipt) { r.Time++ }, "voters": func(r *BlobReceipt) { r.Voters++ },
	} {
		r := base
		spoil(&r)
		if bytes.Equal(r.Signed(), base.Signed()) {
			t.Errorf("%s is not signed", name)
		}
	}
	golden(t, "receipt.signed.hex", toHex(base.Signed()))
	base.Voters = 3
	golden(t, "receipt.voters.signed.hex", toHex(base.Signed()))
}
