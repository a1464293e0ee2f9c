package protocol

import (
	"reflect"
	"testing"
)

// TestWhatIsRememberedIsNeverChanged judges every legal scene twice on records
// that remember: the answers are those of records that do not, and no judge has
// touched what it was given.
func TestWhatIsRememberedIsNeverChanged(t *testing.T) {
	used := 0
	for _, s := range legal(t) {
		want := s.must(t)
		view := cited{}
		for ref, rec := range s.view {
			view[ref] = rec.Remembering()
		}
		s.view = view
		for range 2 {
			if got := s.must(t); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v, want %+v", s.name, got, want)
			}
		}
		for ref, rec := range view {
			if rec.memo.body == nil {
				continue
			}
			used++
			fresh, err := Lookup(ref.Kind).decode(rec.Body)
			if err != nil || !reflect.DeepEqual(rec.memo.body, fresh) {
				t.Errorf("%s changed %s: %+v, %v", s.name, ref, rec.memo.body, err)
			}
		}
	}
	if used < 5 {
		t.Errorf("only %d cited records were loaded", used)
	}
}
