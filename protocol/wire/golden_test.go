package wire

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files of this version")

// golden compares got with a file of version 1, or writes it.
func golden(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", "v1", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: a released format changed\ngot:\n%s\nwant:\n%s", path, got, want)
	}
	return want
}

func toHex(b []byte) []byte {
	var out strings.Builder
	for len(b) > 32 {
		out.WriteString(hex.EncodeToString(b[:32]) + "\n")
		b = b[32:]
	}
	out.WriteString(hex.EncodeToString(b) + "\n")
	return []byte(out.String())
}

func fromHex(t *testing.T, text []byte) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBinaryFormatsOfVersion1StayReadable(t *testing.T) {
	for name, form := range binaryForms(t) {
		t.Run(name, func(t *testing.T) {
			stored := fromHex(t, golden(t, name+".hex", toHex(form.bytes)))
			got, err := form.decode(stored)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, form.value) {
				t.Errorf("got  %+v\nwant %+v", got, form.value)
			}
			again, err := form.reread(stored)
			if err != nil || !bytes.Equal(again, stored) {
				t.Errorf("encodes to %x (%v)\nwant %x", again, err, stored)
			}
		})
	}
}

func TestStoredValueOfVersion1StaysReadable(t *testing.T) {
	stored := fromHex(t, golden(t, "value.hex", toHex(SealValue(3, []byte("祥云")))))
	version, payload, err := OpenValue(stored)
	if err != nil || version != 3 || string(payload) != "祥云" {
		t.Errorf("got %d %q %v", version, payload, err)
	}
}

func TestFrameOfVersion1StaysReadable(t *testing.T) {
	var out bytes.Buffer
	if err := NewWriter(&out).Send(sampleHubBeat()); err != nil {
		t.Fatal(err)
	}
	stored := fromHex(t, golden(t, "frame.hex", toHex(out.Bytes())))
	got, err := Receive[HubBeat](NewReader(bytes.NewReader(stored)))
	if err != nil || !reflect.DeepEqual(got, sampleHubBeat()) {
		t.Errorf("got %+v %v", got, err)
	}
}

func TestControlMessagesOfVersion1StayReadable(t *testing.T) {
	for name, form := range forms() {
		if name == "Ack" {
			continue // binary
		}
		t.Run(name, func(t *testing.T) {
			payload, err := Encode(form.sample)
			if err != nil {
				t.Fatal(err)
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, payload, "", "\t"); err != nil {
				t.Fatal(err)
			}
			stored := golden(t, strings.ToLower(name)+".json", append(pretty.Bytes(), '\n'))
			got, err := form.decode(stored)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, form.sample) {
				t.Errorf("got  %+v\nwant %+v", got, form.sample)
			}
		})
	}
}
