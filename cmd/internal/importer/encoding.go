package importer

import (
	"bytes"
	"unicode/utf8"
)

const saveAgain = "请在表格程序中另存为“CSV UTF-8”,或执行: iconv -f GB18030 -t UTF-8 原文件 > 新文件"

// plainUTF8 takes the byte order mark off and refuses every other encoding: a
// guess would put wrong characters into a register for ever.
func plainUTF8(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
		return nil, refused("T-03", saveAgain, "文件是 UTF-16 编码,只接受 UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte{0xEF, 0xBB, 0xBF})
	for at, line := 0, 1; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		switch {
		case r == utf8.RuneError && size == 1:
			return nil, refused("T-03", saveAgain, "第 %d 行不是 UTF-8 编码,文件很可能是 GB18030(GBK)", line)
		case r == 0:
			return nil, refused("T-03", "请确认这是文本文件", "第 %d 行含有空字节,不是 CSV 或 JSON 文本", line)
		case r == '\n':
			line++
		}
		at += size
	}
	return data, nil
}
