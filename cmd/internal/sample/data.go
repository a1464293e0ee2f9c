package sample

import (
	"embed"
	"encoding/json"
	"sync"
)

// files are read at the first use of each table and not before.
//
//go:embed data/*.json
var files embed.FS

var (
	departmentTable = sync.OnceValue(func() []department { return table[[]department]("departments") })
	materialTable   = sync.OnceValue(func() map[string]material { return table[map[string]material]("materials") })
	itemTable       = sync.OnceValue(func() []basicItem { return table[[]basicItem]("items") })
	policyTable     = sync.OnceValue(func() map[string]policy { return table[map[string]policy]("policies") })
	resourceTable   = sync.OnceValue(func() []resource { return table[[]resource]("resources") })
)

// table reads one embedded file. A file that does not decode is a programmer's
// error, and the tests of this package read them all.
func table[T any](name string) (rows T) {
	raw, err := files.ReadFile("data/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(raw, &rows)
	}
	if err != nil {
		panic("sample: table " + name + ": " + err.Error())
	}
	return rows
}
