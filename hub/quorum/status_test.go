package quorum

import "testing"

func FuzzDecodeStatus(f *testing.F) {
	f.Add(encodeStatus(Status{1, 2, 3}))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decodeStatus(b)
		if err == nil && string(encodeStatus(s)) != string(b) {
			t.Fatalf("%x read as %+v", b, s)
		}
	})
}
