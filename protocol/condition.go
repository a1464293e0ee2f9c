package protocol

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Condition is a yes-or-no question about the fields of a form, as a guide's
// conditional line asks it (cases.md §2.2):
//
//	办理方式 = '委托' 且 (家庭人口 >= 3 或 非 独居)
//
// Comparisons are = != < <= > >= and 属于 ('甲', '乙'). Numbers and dates compare
// as such, everything else as text. A field alone holds when it is filled in
// with anything but 否, 无, 0 or false. A field that the form does not have is
// empty. and, or, not and in may be written for 且, 或, 非 and 属于.
//
// An expression is at most 500 bytes and 20 levels deep, and reading or asking
// it costs no more than its length: it comes from outside.
type Condition struct {
	ask    func(form []Field) bool
	fields []string
}

// Bounds of an expression.
const (
	maxExpr  = 500
	maxDepth = 20
)

// ParseCondition reads an expression; the error says in Chinese what is wrong.
func ParseCondition(s string) (*Condition, error) {
	if len(s) > maxExpr {
		return nil, fmt.Errorf("条件过长:%d 字节,上限 %d", len(s), maxExpr)
	}
	if !utf8.ValidString(s) {
		return nil, errors.New("条件不是有效的 UTF-8 文本")
	}
	words, err := exprWords(s)
	if err != nil {
		return nil, err
	}
	p := exprParser{words: words}
	ask, err := p.any(0)
	if err == nil && p.at < len(words) {
		err = fmt.Errorf("条件在“%s”处多出内容", p.peek().text)
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(p.fields)
	return &Condition{ask: ask, fields: slices.Compact(p.fields)}, nil
}

// Holds answers the question for a filled-in form.
func (c *Condition) Holds(form []Field) bool { return c.ask(form) }

// Fields names the fields asked about, sorted.
func (c *Condition) Fields() []string { return slices.Clone(c.fields) }

// exprWord is one word of an expression: a name, a quoted text or number, or a sign.
type exprWord struct {
	kind byte // n name, t text, d number, s sign
	text string
}

var exprAlias = map[string]string{"且": "and", "或": "or", "非": "not", "属于": "in", "and": "and", "or": "or", "not": "not", "in": "in"}

// exprSigns are tried in this order: the long before the short.
var exprSigns = []struct{ written, sign string }{
	{"!=", "!="}, {"<=", "<="}, {">=", ">="}, {"==", "="}, {"≠", "!="}, {"≤", "<="}, {"≥", ">="}, {"=", "="}, {"<", "<"}, {">", ">"},
	{"(", "("}, {")", ")"}, {"\uff08", "("}, {"\uff09", ")"}, {",", ","}, {"\uff0c", ","}, {"、", ","},
}

var exprQuotes = map[rune]rune{'\'': '\'', '"': '"', '‘': '’', '“': '”'}

func exprWords(s string) (words []exprWord, err error) {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		var w exprWord
		if w, s, err = exprNext(s); err != nil {
			return nil, err
		}
		words = append(words, w)
	}
	if len(words) == 0 {
		return nil, errors.New("条件是空的")
	}
	return words, nil
}

func exprNext(s string) (w exprWord, rest string, err error) {
	for _, sign := range exprSigns {
		if rest, ok := strings.CutPrefix(s, sign.written); ok {
			return exprWord{'s', sign.sign}, rest, nil
		}
	}
	r, size := utf8.DecodeRuneInString(s)
	if end, ok := exprQuotes[r]; ok {
		text, rest, closed := strings.Cut(s[size:], string(end))
		if !closed {
			return w, "", errors.New("条件中的引号没有成对")
		}
		return exprWord{'t', text}, rest, nil
	}
	n := strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '.' && r != '-'
	})
	if n < 0 {
		n = len(s)
	}
	switch word := s[:n]; {
	case n == 0:
		return w, "", fmt.Errorf("条件中有不认识的符号“%c”", r)
	case exprAlias[word] != "":
		return exprWord{'s', exprAlias[word]}, s[n:], nil
	case plainNumber.MatchString(word):
		return exprWord{'d', word}, s[n:], nil
	default:
		return exprWord{'n', word}, s[n:], nil
	}
}

type exprParser struct {
	words  []exprWord
	at     int
	fields []string
}

type exprAsk = func(form []Field) bool

func (p *exprParser) peek() exprWord {
	if p.at < len(p.words) {
		return p.words[p.at]
	}
	return exprWord{kind: 'e'}
}

func (p *exprParser) take(sign string) bool {
	if w := p.peek(); w.kind == 's' && w.text == sign {
		p.at++
		return true
	}
	return false
}

// any reads parts joined by 或, of which one must hold.
func (p *exprParser) any(depth int) (exprAsk, error) {
	parts, err := p.joined("or", depth, p.all)
	return func(form []Field) bool {
		return slices.ContainsFunc(parts, func(ask exprAsk) bool { return ask(form) })
	}, err
}

// all reads parts joined by 且, all of which must hold.
func (p *exprParser) all(depth int) (exprAsk, error) {
	parts, err := p.joined("and", depth, p.not)
	return func(form []Field) bool {
		return !slices.ContainsFunc(parts, func(ask exprAsk) bool { return !ask(form) })
	}, err
}

func (p *exprParser) joined(by string, depth int, read func(int) (exprAsk, error)) (parts []exprAsk, err error) {
	for {
		part, err := read(depth)
		if err != nil {
			return nil, err
		}
		if parts = append(parts, part); !p.take(by) {
			return parts, nil
		}
	}
}

func (p *exprParser) not(depth int) (exprAsk, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("条件嵌套超过 %d 层", maxDepth)
	}
	if p.take("not") {
		ask, err := p.not(depth + 1)
		return func(form []Field) bool { return !ask(form) }, err
	}
	if !p.take("(") {
		return p.compare()
	}
	ask, err := p.any(depth + 1)
	if err == nil && !p.take(")") {
		err = errors.New("条件中的括号没有成对")
	}
	return ask, err
}

func (p *exprParser) compare() (exprAsk, error) {
	w := p.peek()
	if w.kind != 'n' {
		return nil, fmt.Errorf("条件在“%s”处应是表单字段名", w.text)
	}
	p.at++
	p.fields = append(p.fields, w.text)
	name := w.text
	if p.take("in") {
		list, err := p.list()
		return func(form []Field) bool {
			return slices.ContainsFunc(list, func(v string) bool { return comparison("=", fieldOf(form, name), v) })
		}, err
	}
	for _, sign := range []string{"=", "!=", "<=", ">=", "<", ">"} {
		if p.take(sign) {
			v, err := p.value()
			return func(form []Field) bool { return comparison(sign, fieldOf(form, name), v) }, err
		}
	}
	return func(form []Field) bool { return !oneOf(fieldOf(form, name), "", "否", "无", "0", "false") }, nil
}

func (p *exprParser) list() (list []string, err error) {
	if !p.take("(") {
		return nil, errors.New("“属于”之后应是括号中的一组值")
	}
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if p.take(")") {
			return list, nil
		}
		if !p.take(",") {
			return nil, errors.New("条件中的括号没有成对")
		}
	}
}

func (p *exprParser) value() (string, error) {
	w := p.peek()
	if w.kind != 't' && w.kind != 'd' {
		return "", fmt.Errorf("条件在“%s”处应是数字或引号中的文字", w.text)
	}
	p.at++
	return w.text, nil
}

func fieldOf(form []Field, name string) string {
	for _, f := range form {
		if f.Name == name {
			return strings.TrimSpace(f.Value)
		}
	}
	return ""
}

// plainNumber bounds what is taken for a number, so that no exponent can make
// one that fills the memory.
var plainNumber = regexp.MustCompile(`^-?\d{1,18}(\.\d{1,9})?$`)

// comparison compares numbers as numbers, days as days, and other text only for
// being the same: 甲 is not smaller than 乙.
func comparison(sign, a, b string) bool {
	order, ordered := valueOrder(a, b)
	switch sign {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return ordered && order < 0
	case "<=":
		return ordered && order <= 0
	case ">":
		return ordered && order > 0
	}
	return ordered && order >= 0
}

func valueOrder(a, b string) (order int, ordered bool) {
	if plainNumber.MatchString(a) && plainNumber.MatchString(b) {
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		if okX && okY {
			return x.Cmp(y), true
		}
	}
	if x, err := ParseDay(a); err == nil {
		if y, err := ParseDay(b); err == nil {
			return x.compare(y), true
		}
	}
	return strings.Compare(a, b), false
}
