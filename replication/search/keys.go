package search

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"xiangyun/protocol"
)

// Names of lists that are no facets. A facet's name never begins with these
// bytes, because clean replaces them.
const (
	stateName = "\x01"
	keyName   = "\x02"
)

// maxValue bounds a facet value and a key in the index; what is longer is told
// apart by its first 200 bytes only.
const maxValue = 200

// listPrefix is the beginning of the keys of one list. The full key appends a
// handle, so a list is read newest first. All of a kind is ("kind", "", ""),
// everything is ("", "", "").
func listPrefix(kind protocol.KindName, name, value string) string {
	return string(kind) + "\x00" + name + "\x00" + value + "\x00"
}

func listKey(prefix string, h handle) []byte {
	return binary.BigEndian.AppendUint64([]byte(prefix), uint64(h))
}

// clean makes a text fit for a key: no control byte that the keys use, and not
// longer than maxValue.
func clean(s string) string {
	if strings.ContainsAny(s, "\x00\x01\x02") {
		s = strings.NewReplacer("\x00", "\uFFFD", "\x01", "\uFFFD", "\x02", "\uFFFD").Replace(s)
	}
	if len(s) <= maxValue {
		return s
	}
	end := maxValue
	for end > maxValue-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

func refKey(r protocol.Ref) []byte { return []byte(string(r.Kind) + "\x00" + r.ID) }

// lists gives the prefixes a document stands under, without repeats; counted
// are those whose length is kept.
func (d *stored) lists() (counted, uncounted []string, err error) {
	kind := protocol.KindName(d.kind)
	counted = append(counted, listPrefix("", "", ""), listPrefix(kind, "", ""))
	if len(d.state) > 0 {
		counted = append(counted, listPrefix(kind, stateName, clean(string(d.state))))
	}
	err = d.eachFacet(func(name, value []byte) {
		counted = addOnce(counted, listPrefix(kind, clean(string(name)), clean(string(value))))
	})
	if err != nil {
		return nil, nil, err
	}
	err = d.eachKey(func(key []byte) {
		uncounted = addOnce(uncounted, listPrefix(kind, keyName, clean(string(key))))
	})
	return counted, uncounted, err
}

func addOnce(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}
