package pdf

import (
	"bytes"
	"fmt"
)

// ref is the number of an object in the file, from 1.
type ref int

func (r ref) String() string { return fmt.Sprintf("%d 0 R", int(r)) }

// objects are the numbered parts of a file. A number may be reserved before
// its object is known, because parts point at each other.
type objects struct {
	bodies [][]byte
}

func (o *objects) reserve() ref {
	o.bodies = append(o.bodies, nil)
	return ref(len(o.bodies))
}

func (o *objects) set(r ref, format string, args ...any) {
	o.bodies[r-1] = fmt.Appendf(nil, format, args...)
}

func (o *objects) add(format string, args ...any) ref {
	r := o.reserve()
	o.set(r, format, args...)
	return r
}

// stream adds data with the members of its dictionary.
func (o *objects) stream(dict string, data []byte) ref {
	r := o.reserve()
	b := fmt.Appendf(nil, "<< %s /Length %d >>\nstream\n", dict, len(data))
	b = append(b, data...)
	o.bodies[r-1] = append(b, "\nendstream"...)
	return r
}

// file writes header, objects, cross-reference table and trailer. The id is
// what identify makes of all that stands before it.
func (o *objects) file(root, info ref, identify func([]byte) string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe5\xe4\xf6\xfc\n")
	offsets := make([]int, len(o.bodies))
	for i, body := range o.bodies {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	id, start := identify(b.Bytes()), b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, off := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", off)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root %v /Info %v /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, root, info, id, id, start)
	return b.Bytes()
}
