package importer

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Bounds of a workbook. A packed megabyte can unfold to gigabytes, so what a file
// says of its size is not believed: it is unfolded once and counted before
// anything reads it.
const (
	maxWorkbook = 20 << 20 // packed
	maxUnfolded = 96 << 20
	maxMembers  = 1000
	maxSheet    = 20_000 // rows
)

// looksLikeXLSX tells a workbook by the first bytes of a zip archive.
func looksLikeXLSX(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// tableXLSX reads the first sheet of a workbook as table reads CSV; rows are
// counted as the spreadsheet program shows them.
func tableXLSX(data []byte, columns []Column, shape Shape, defaults map[string]string) (rows []row, broken []Finding, err error) {
	lines, err := firstSheet(data)
	if err != nil {
		return nil, nil, err
	}
	names := shape.Header
	for n, cells := range lines {
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue
		}
		if len(names) == 0 {
			if names, err = header(cells, columns, shape.Aliases); err != nil {
				return nil, nil, err
			}
			continue
		}
		for len(cells) < len(names) { // a sheet does not store empty cells at the end
			cells = append(cells, "")
		}
		r, bad := cellsOf(n+1, cells, names)
		if r.defaults = defaults; len(bad) == 0 {
			rows = append(rows, r)
		}
		broken = append(broken, bad...)
	}
	if len(names) == 0 {
		return nil, nil, refused("T-02", "", "第一张工作表没有表头")
	}
	return rows, broken, known(names, columns)
}

func firstSheet(data []byte) (lines [][]string, err error) {
	if err := unfolds(data); err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnfolded, UnzipXMLSizeLimit: maxUnfolded, ShortDatePattern: "yyyy-mm-dd"})
	if err != nil {
		return nil, refused("T-03", "请用表格程序打开后另存为 .xlsx", "工作簿无法读取: %v", err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return nil, refused("T-02", "", "工作簿没有工作表")
	}
	rows, err := book.Rows(sheets[0])
	if err != nil {
		return nil, refused("T-03", "", "工作表“%s”无法读取: %v", sheets[0], err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return nil, refused("T-03", "", "第 %d 行无法读取: %v", len(lines)+1, err)
		}
		if lines = append(lines, cells); len(lines) > maxSheet {
			return nil, refused("T-03", "请分成几个文件", "工作表多于 %d 行", maxSheet)
		}
	}
	if err := rows.Error(); err != nil {
		return nil, refused("T-03", "", "工作表“%s”无法读取: %v", sheets[0], err)
	}
	return lines, nil
}

// unfolds refuses a workbook that is too big, packed or unfolded.
func unfolds(data []byte) error {
	if len(data) > maxWorkbook {
		return refused("T-03", "请分成几个文件", "工作簿有 %d MiB,上限 %d MiB", len(data)>>20, maxWorkbook>>20)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return refused("T-03", "请用表格程序打开后另存为 .xlsx", "工作簿无法读取: %v", err)
	}
	if len(archive.File) > maxMembers {
		return refused("T-03", "", "工作簿由 %d 个部件组成,上限 %d", len(archive.File), maxMembers)
	}
	left := int64(maxUnfolded)
	for _, member := range archive.File {
		n, err := unfold(member, left)
		if err != nil {
			return refused("T-03", "", "工作簿的部件 %q 无法读取: %v", member.Name, err)
		}
		if left -= n; left < 0 {
			return refused("T-03", "请只保留需要导入的工作表", "工作簿展开后超过 %d MiB", maxUnfolded>>20)
		}
	}
	return nil
}

// unfold counts the bytes of a member, at most one more than max.
func unfold(member *zip.File, max int64) (n int64, err error) {
	in, err := member.Open()
	if err != nil {
		return 0, fmt.Errorf("open: %w", err)
	}
	n, err = io.Copy(io.Discard, io.LimitReader(in, max+1))
	if n > max {
		err = nil // the rest was not read, so its checksum is not known
	}
	return n, errors.Join(err, in.Close())
}
