package wire

import (
	"bytes"
	"testing"
)

func TestValueBuiltInPlaceIsTheSealedOne(t *testing.T) {
	for _, payload := range []string{"", "a", "省级"} {
		sealed := SealValue(7, []byte(payload))
		built := EndValue(append(BeginValue(7, 0), payload...))
		if !bytes.Equal(sealed, built) {
			t.Errorf("%q: built %x, sealed %x", payload, built, sealed)
		}
		version, got, err := OpenValue(built)
		if err != nil || version != 7 || string(got) != payload {
			t.Errorf("%q: opened as %d %q (%v)", payload, version, got, err)
		}
	}
}
