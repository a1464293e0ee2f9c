package typeface

import (
	_ "embed"
	"sync"
)

//go:embed fonts/DroidSansFallbackFull.ttf
var droidFile []byte

//go:embed fonts/Go-Regular.ttf
var goFile []byte

// Han is the Chinese face: all of the basic block (U+4E00–9FA5), Extension A,
// Chinese punctuation and full-width forms.
var Han = sync.OnceValue(func() *Face { return mustParse("DroidSansFallback", droidFile) })

// Latin is the face of letters, digits, dashes and quotation marks.
var Latin = sync.OnceValue(func() *Face { return mustParse("GoRegular", goFile) })

// mustParse panics on a file that was built in and does not parse: a
// programmer's error that every test of this package would meet.
func mustParse(name string, file []byte) *Face {
	f, err := parse(name, file)
	if err != nil {
		panic(err)
	}
	return f
}
