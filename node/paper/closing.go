package paper

import (
	"fmt"

	"xiangyun/node/paper/pdf"
)

// side is the side of the printed code with its quiet zone: 42 mm, and 50 mm for
// a receipt, so that a module is 0.55 mm or more: read by a telephone, by a hand
// scanner, and from a copy at 200 dots per inch.
func (s *sheet) side() float64 {
	if len(s.doc.QR) > 200 {
		return 142
	}
	return 119
}

// closingHeight is what code, seal and copy line take.
func (s *sheet) closingHeight() float64 { return s.side() + 46 }

// sealSide leaves room for a round seal of 42 mm.
const sealSide = 122.0

// title draws issuer, name, mark and serial.
func (s *sheet) title() {
	d := s.doc
	s.centredLines("P", 14, 22, d.Agency)
	s.y += 4
	s.centredLines("H1", 21, 32, d.Title)
	if d.Mark != "" {
		s.mark(d.Mark)
	}
	s.y += 2
	s.file.Tag("P", func() { s.rightText(right, s.y+10, 10, "编号："+s.noted(d.Serial)) })
	s.y += 18
	s.file.Artifact(func() { s.file.Line(left, s.y, right, s.y, 1.2) })
	s.y += 8
}

// mark frames a word in the upper right corner.
func (s *sheet) mark(text string) {
	w := pdf.Width(13, text) + 14
	s.file.Artifact(func() { s.file.Frame(right-w, 30, w, 22, 1.2, 0) })
	s.file.Tag("P", func() { s.file.Bold(right-w+7, 46, 13, s.noted(text)) })
}

// signers draws the lines to sign on.
func (s *sheet) signers() {
	if len(s.doc.Signers) > 0 { // nobody signs a page without text
		s.need(32*float64(len(s.doc.Signers)) + s.closingHeight())
		s.lonely = s.y == top
	}
	for _, who := range s.doc.Signers {
		s.y += 8
		s.file.Tag("P", func() {
			s.file.Text(left, s.y+bodySize, bodySize, s.noted(who)+"：")
			s.file.Text(right-150, s.y+bodySize, bodySize, "日期：")
		})
		from := left + pdf.Width(bodySize, who+"：") + 4
		s.file.Artifact(func() {
			s.file.Line(from, s.y+bodySize+3, right-165, s.y+bodySize+3, 0.6)
			s.file.Line(right-150+pdf.Width(bodySize, "日期："), s.y+bodySize+3, right, s.y+bodySize+3, 0.6)
		})
		s.y += 24
	}
}

// closing draws code, place, instant and the place of the seal, all on one page.
func (s *sheet) closing() error {
	code, err := s.doc.code()
	if err != nil {
		return err
	}
	modules, err := encodeQR(code)
	if err != nil {
		return fmt.Errorf("二维码：%w", err)
	}
	s.need(s.closingHeight())
	s.lonely = s.lonely || s.y == top
	s.y += 8
	from := s.y
	s.file.Figure("二维码，内容为 "+code, func() { s.file.Image(left-8, from, s.side(), modules) })
	s.file.Tag("P", func() { s.file.Text(left, from+s.side()+10, 8.5, s.noted(s.doc.QRNote)) })
	s.seal(from)
	s.y = from + s.side() + 18
	if s.doc.Copies != "" {
		s.lines("P", s.doc.Copies, 9.5, 14, 0)
	}
	return nil
}

// seal draws where the seal belongs, with who signs, where and when beside it.
func (s *sheet) seal(from float64) {
	x, y := left+s.side()+2, from+8
	if s.doc.Seal != "" {
		s.file.Artifact(func() {
			s.file.Frame(right-sealSide, from, sealSide, sealSide, 0.7, 3)
			s.centreText(right-sealSide/2, from+sealSide/2+3, 9, "（印章）")
		})
	}
	s.file.Tag("P", func() {
		for _, text := range []string{or(s.doc.Seal, s.doc.Agency), "地点：" + s.doc.Place, "时间：" + instantText(s.doc.At)} {
			for _, line := range wrap(s.noted(text), 9.8, right-sealSide-6-x, 0) {
				s.file.Text(x, y+9.8, 9.8, line)
				y += 16
			}
			y += 3
		}
	})
}

// footers number the pages, once their count is known.
func (s *sheet) footers() {
	d := s.doc
	s.file.EachPage(func(n, of int) {
		s.file.Artifact(func() {
			s.file.Line(left, footBaseline-14, right, footBaseline-14, 0.5)
			s.file.Text(left, footBaseline, 8.5, d.Serial)
			s.centreText((left+right)/2, footBaseline, 8.5, fmt.Sprintf("第 %d 页 共 %d 页", n, of))
			s.rightText(right, footBaseline, 8.5, fmt.Sprintf("模板 D-%02d 第 %d 版", d.Template, d.Version))
		})
	})
}
