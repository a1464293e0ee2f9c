package fsm

import (
	"fmt"
	"runtime/debug"
)

// guard turns a panic over a wrong page, or a fault of the mapping over a file
// cut short, into a badchain fault: bbolt has no page checksum and trusts what
// it reads (pitfalls.B3). It sees only the goroutine that it runs in.
func guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(fmt.Errorf("panic while reading: %v", p))
		}
	}()
	return do()
}
