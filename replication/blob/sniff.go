package blob

import (
	"bytes"
	"mime"

	"xiangyun/protocol"
)

// SniffLen is how many first bytes Sniff looks at, at most.
const SniffLen = 512

// media is one type of file that may be uploaded.
type media struct {
	typ   string // as declared in Content-Type
	name  string // as clerks call it
	magic []byte // its first bytes
}

// allowed is the whole list: what scanners make and every browser shows.
var allowed = []media{
	{"image/jpeg", "JPEG 图片", []byte{0xff, 0xd8, 0xff}},
	{"image/png", "PNG 图片", []byte("\x89PNG\r\n\x1a\n")},
	{"application/pdf", "PDF 文档", []byte("%PDF-")},
}

// Sniff checks that a file which begins with head is of the declared media
// type and that the type may be uploaded. The error is a Malformed fault whose
// text tells the person what to do. It looks at the beginning only: whoever
// shows the file still sends nosniff (proof.md, "upload").
func Sniff(head []byte, declared string) error {
	typ, _, err := mime.ParseMediaType(declared)
	if err != nil {
		typ = ""
	}
	is := mediaOf(head)
	for _, m := range allowed {
		switch {
		case m.typ != typ:
		case is != nil && is.typ == typ:
			return nil
		case is != nil:
			return protocol.NewFault(protocol.Malformed, "check file", "文件与声明不符:声明是 %s,实际是 %s,请按实际格式重新上传", m.name, is.name)
		case len(head) == 0:
			return protocol.NewFault(protocol.Malformed, "check file", "文件是空的,请重新扫描后上传")
		default:
			return protocol.NewFault(protocol.Malformed, "check file", "文件与声明不符:内容不是 %s,可能已损坏或只改了扩展名,请重新扫描或另存后上传", m.name)
		}
	}
	return protocol.NewFault(protocol.Malformed, "check file", "只能上传 JPEG 图片、PNG 图片或 PDF 文档,请转换格式后重新上传")
}

func mediaOf(head []byte) *media {
	for i := range allowed {
		if bytes.HasPrefix(head, allowed[i].magic) {
			return &allowed[i]
		}
	}
	return nil
}
