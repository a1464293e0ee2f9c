package paper

import (
	"crypto/sha256"
	"fmt"

	"xiangyun/protocol"
)

// Printed is a rendered document.
type Printed struct {
	PDF      []byte
	Sum      protocol.Hash      // SHA-256 of PDF, for the entry
	Warnings []protocol.Warning // what a person should look at before handing it over
}

// Blob is the content address under which the file is stored.
func (p *Printed) Blob() protocol.BlobID { return protocol.BlobID("sha256:" + p.Sum.String()) }

// ruleGlyph names the warning about characters the fonts cannot draw.
const ruleGlyph = "W-04"

// Render turns d into a file. It reads no clock and writes nothing; the same d
// gives the same bytes. It may be called from several goroutines.
func Render(d Document) (*Printed, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	s, err := draw(&d, len(d.Blocks))
	if err == nil && s.lonely {
		s, err = draw(&d, lastPart(d.Blocks))
	}
	if err != nil {
		return nil, fmt.Errorf("文书 %s：%w", d.Serial, err)
	}
	p := &Printed{PDF: s.file.Bytes()}
	p.Sum = sha256.Sum256(p.PDF)
	for _, r := range s.missing {
		p.Warnings = append(p.Warnings, protocol.Warning{Rule: ruleGlyph,
			Text: fmt.Sprintf("字符“%c”（U+%04X）不在打印字库内，已印为方框，请在方框内手工填写并签章确认", r, r)})
	}
	return p, nil
}

// draw sets the whole document; a new page begins before block number turn.
func draw(d *Document, turn int) (*sheet, error) {
	s := newSheet(d)
	s.title()
	s.facts(d.Facts)
	for i := range d.Blocks {
		if i == turn {
			s.newPage()
		}
		s.block(&d.Blocks[i])
	}
	s.signers()
	if err := s.closing(); err != nil {
		return nil, err
	}
	s.footers()
	return s, nil
}

// lastPart finds where to turn the page so that the seal stands below text: at
// the last heading, or at the last paragraph when that comes later.
func lastPart(blocks []Block) int {
	for i := len(blocks) - 1; i > 0; i-- {
		if blocks[i].Kind == BlockHeading || blocks[i].Kind == BlockParagraph && blocks[i-1].Kind != BlockHeading {
			return i
		}
	}
	return len(blocks)
}
