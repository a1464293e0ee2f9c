package paper

import (
	"fmt"

	"xiangyun/node/paper/pdf"
)

// codeSide is the side of the printed code: 42 mm with its quiet zone, so that a
// module of the longest receipt code is 0.4 mm, which a hand scanner reads.
const codeSide = 119.0

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
	s.file.Artifact(func() { s.file.Frame(right-w, 38, w, 22, 1.2, 0) })
	s.file.Tag("P", func() { s.file.Bold(right-w+7, 54, 13, s.noted(text)) })
}

// signers draws the lines to sign on.
func (s *sheet) signers() {
	for _, who := range s.doc.Signers {
		s.need(32)
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
	s.need(codeSide + 46)
	s.y += 8
	from := s.y
	s.file.Figure("二维码，内容为 "+code, func() { s.file.Image(left-8, from, codeSide, modules) })
	s.file.Tag("P", func() { s.file.Text(left, from+codeSide+10, 8.5, s.noted(s.doc.QRNote)) })
	s.seal(from)
	s.y = from + codeSide + 18
	if s.doc.Copies != "" {
		s.lines("P", s.doc.Copies, 9.5, 14, 0)
	}
	return nil
}

// seal draws where the seal belongs, with who signs, where and when beside it.
func (s *sheet) seal(from float64) {
	x, y := left+codeSide+24, from+8
	if s.doc.Seal != "" {
		s.file.Artifact(func() {
			s.file.Frame(right-112, from+4, 108, 108, 0.7, 3)
			s.centreText(right-58, from+64, 9, "（印章）")
		})
	}
	s.file.Tag("P", func() {
		for _, text := range []string{or(s.doc.Seal, s.doc.Agency), "地点：" + s.doc.Place, "时间：" + instantText(s.doc.At)} {
			for _, line := range wrap(s.noted(text), 10.5, right-118-x, 0) {
				s.file.Text(x, y+10.5, 10.5, line)
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
