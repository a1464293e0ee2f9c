package paper

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"xiangyun/protocol"
)

// Document is everything that is printed of one document, in order. It holds
// no pointer to a record: once built, nothing that changes later changes it.
type Document struct {
	Template int // nn of D-nn
	Version  int // of the wording and the layout
	Serial   string
	Title    string
	Mark     string // printed in a frame beside the title: "离线收件"
	Agency   string // who issues it, above the title
	Seal     string // whose seal belongs on it; empty for a form that bears none
	Facts    []Fact
	Blocks   []Block
	Signers  []string // one line each to sign on
	Place    string
	At       protocol.Instant
	Copies   string // who gets which copy
	QR       string // what the code says; empty for the document's own number
	QRNote   string // what scanning is good for
}

// Fact is one labelled value of the head.
type Fact struct {
	Label, Value string
	Wide         bool // takes a whole row
}

// BlockKind says how a block is set.
type BlockKind string

// The closed list of kinds.
const (
	BlockHeading   BlockKind = "heading"
	BlockParagraph BlockKind = "paragraph"
	BlockNote      BlockKind = "note" // smaller, below a table
	BlockTable     BlockKind = "table"
)

// Block is one piece of the text. A table has Columns and Rows, the others Text.
type Block struct {
	Kind    BlockKind
	Text    string     `json:",omitempty"`
	Columns []Column   `json:",omitempty"`
	Rows    [][]string `json:",omitempty"`
}

// Column of a table; Share is its part of the width beside the others'.
type Column struct {
	Title string
	Share float64
}

func heading(text string) Block { return Block{Kind: BlockHeading, Text: text} }

func paragraph(format string, args ...any) Block {
	return Block{Kind: BlockParagraph, Text: fmt.Sprintf(format, args...)}
}

func note(format string, args ...any) Block {
	return Block{Kind: BlockNote, Text: fmt.Sprintf(format, args...)}
}

// Digest sums up what the document says, for the code printed on it: the file's
// own hash cannot be printed inside the file.
func (d *Document) Digest() (protocol.Hash, error) {
	plain := *d
	plain.QR = ""
	b, err := json.Marshal(plain) // members in the order of the struct, no maps
	if err != nil {
		return protocol.Hash{}, fmt.Errorf("digest of document %s: %w", d.Serial, err)
	}
	return sha256.Sum256(b), nil
}

// code is what the printed code says: the receipt's own, or number and digest,
// "XYD1.<serial>.<first 16 bytes of the digest>".
func (d *Document) code() (string, error) {
	if d.QR != "" {
		return d.QR, nil
	}
	sum, err := d.Digest()
	return "XYD1." + d.Serial + "." + hex.EncodeToString(sum[:16]), err
}

// Validate reports why d cannot be printed. The messages are for engineers: a
// person sees them only when a caller forgot to ask for something.
func (d *Document) Validate() error {
	serial, err := protocol.ParseSerial(d.Serial)
	switch {
	case err != nil:
		return err
	case serial.Template != d.Template || d.Version < 1:
		return fmt.Errorf("文书 %s 与模板 D-%02d 第 %d 版不符", d.Serial, d.Template, d.Version)
	case d.Title == "" || d.Agency == "" || d.Place == "":
		return fmt.Errorf("文书 %s 缺少标题、机关名称或地点", d.Serial)
	case d.At <= 0 || d.At.Time().Year() != serial.Year:
		return fmt.Errorf("文书 %s 的时间 %s 缺失或与编号年份不符", d.Serial, d.At)
	}
	for _, b := range d.Blocks {
		if err := b.validate(); err != nil {
			return fmt.Errorf("文书 %s：%w", d.Serial, err)
		}
	}
	return nil
}

func (b *Block) validate() error {
	if b.Kind != BlockTable {
		return nil
	}
	if len(b.Columns) == 0 {
		return fmt.Errorf("表格没有列")
	}
	for _, row := range b.Rows {
		if len(row) != len(b.Columns) {
			return fmt.Errorf("表格一行有 %d 格，应为 %d 格", len(row), len(b.Columns))
		}
	}
	return nil
}
