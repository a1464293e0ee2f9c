package protocol

import "strings"

// PlausibleCase reports whether id can be the id of a case, <node>-<epoch>-<counter>-<check
// character>: what a person copied from paper with a slip is none (cases.md §4).
func PlausibleCase(id string) bool {
	i := strings.LastIndexByte(id, '-')
	if i <= 0 || strings.Count(id, "-") < 3 {
		return false
	}
	c, err := CheckChar37(id[:i])
	return err == nil && id[i+1:] == string(c)
}
