package pdf

import (
	"fmt"
	"strings"
)

// element is one node of the structure tree: what a screen reader reads.
type element struct {
	self, parent ref
	tag          string
	alt          string // what stands in for a picture
	attributes   string
	kids         []string
}

// Tag draws what f draws as one structure element, for example "P", "H1",
// "Table", "TR", "TH", "TD". Tags nest; only the innermost may hold text.
func (f *File) Tag(tag string, draw func()) { f.tagged(&element{tag: tag}, draw) }

// Header is Tag for the heading cell of a table column.
func (f *File) Header(draw func()) {
	f.tagged(&element{tag: "TH", attributes: "/A << /O /Table /Scope /Column >>"}, draw)
}

// Figure draws a picture that alt describes.
func (f *File) Figure(alt string, draw func()) { f.tagged(&element{tag: "Figure", alt: alt}, draw) }

func (f *File) tagged(e *element, draw func()) {
	f.closeContent()
	up := f.current
	e.self, e.parent = f.objects.reserve(), up.self
	up.kids = append(up.kids, e.self.String())
	f.elements = append(f.elements, e)
	f.current = e
	draw()
	f.closeContent()
	f.current = up
}

// Artifact draws what is no part of the text: rules, page numbers, frames.
func (f *File) Artifact(draw func()) {
	f.closeContent()
	f.write("/Artifact BMC\n")
	f.artifact = true
	draw()
	f.artifact = false
	f.write("EMC\n")
}

// openContent starts a marked part of the page for the current element, so
// that the tree can point at what is drawn next.
func (f *File) openContent() {
	if f.artifact || f.open {
		return
	}
	p := f.page()
	id := len(p.owners)
	p.owners = append(p.owners, f.current.self)
	f.current.kids = append(f.current.kids, fmt.Sprintf("<< /Type /MCR /Pg %v /MCID %d >>", p.self, id))
	f.write("/%s << /MCID %d >> BDC\n", f.current.tag, id)
	f.open = true
}

func (f *File) closeContent() {
	if f.open {
		f.write("EMC\n")
		f.open = false
	}
}

// writeTree writes the elements and the table that leads from a page's marked
// parts back to them.
func (f *File) writeTree() {
	for _, e := range f.elements {
		extra := e.attributes
		if e.alt != "" {
			extra += " /Alt " + textString(e.alt)
		}
		f.objects.set(e.self, "<< /Type /StructElem /S /%s /P %v %s /K [%s] >>", e.tag, e.parent, extra, strings.Join(e.kids, " "))
	}
	var nums strings.Builder
	for i, p := range f.pages {
		fmt.Fprintf(&nums, "%d [", i)
		for _, owner := range p.owners {
			fmt.Fprintf(&nums, "%v ", owner)
		}
		nums.WriteString("] ")
	}
	parents := f.objects.add("<< /Nums [%s] >>", nums.String())
	f.objects.set(f.tree, "<< /Type /StructTreeRoot /K %v /ParentTree %v /ParentTreeNextKey %d >>", f.elements[0].self, parents, len(f.pages))
}
