package page

import "slices"

// Field is one input with label, help and error: piece "field". The id of the
// input is "f-" + Name; help and error are tied to it by aria-describedby.
type Field struct {
	Name  string
	Label string // label
	Kind  string // Input* below; "" is text
	Value string
	Help  string // label
	Error string // label

	Options  []Option // of select, radio and checks
	Required bool
	Locked   bool   // shown, not changeable: fetched data. A locked select, box or choice is not posted
	Rows     int    // of a textarea; 0 is 4
	Max      int    // characters; 0 is no limit
	Width    string // "short", "half" or "" for full

	Focus    bool     // gets the keyboard when the page opens
	Complete string   // autocomplete; "" is off: counter machines are shared
	Mode     string   // inputmode: numeric, tel
	Min, To  string   // of number and date
	Accept   string   // of file
	List     []string // suggestions, chosen or typed over
}

// Kinds of field.
const (
	InputText     = "text"
	InputPassword = "password"
	InputNumber   = "number"
	InputDate     = "date"
	InputSearch   = "search"
	InputTel      = "tel"
	InputFile     = "file"
	InputHidden   = "hidden"
	InputArea     = "textarea"
	InputSelect   = "select"
	InputRadio    = "radio"  // one of Options
	InputChecks   = "checks" // any of Options
	InputCheck    = "check"  // one box; its value is "on"
)

// Option is a choice.
type Option struct {
	Value string
	Label string // label
	Help  string // label
	On    bool
	Off   bool // cannot be chosen; Help says why
}

// ID of the input.
func (f Field) ID() string { return "f-" + f.Name }

// Described is the value of aria-describedby, "" for none.
func (f Field) Described() string {
	switch {
	case f.Help != "" && f.Error != "":
		return f.ID() + "-help " + f.ID() + "-error"
	case f.Help != "":
		return f.ID() + "-help"
	case f.Error != "":
		return f.ID() + "-error"
	}
	return ""
}

// Type is the type of a plain input.
func (f Field) Type() string { return or(f.Kind, InputText) }

// AutoComplete is off unless asked for: counter machines are shared.
func (f Field) AutoComplete() string { return or(f.Complete, "off") }

// Height of a textarea in rows.
func (f Field) Height() int {
	if f.Rows > 0 {
		return f.Rows
	}
	return 4
}

// Group reports whether the field is several inputs with one legend.
func (f Field) Group() bool { return f.Kind == InputRadio || f.Kind == InputChecks }

// Chosen reports whether an option is the current one: by its mark or by Value.
func (f Field) Chosen(o Option) bool {
	return o.On || f.Kind != InputChecks && o.Value == f.Value
}

// Hidden is a field that is not shown.
func Hidden(name, value string) Field {
	return Field{Name: name, Value: value, Kind: InputHidden}
}

// Form posts fields: piece "form". Errors are listed on top as well, each with a
// link to its field.
type Form struct {
	ID      string
	Action  string
	Fields  []Field
	Submit  string // label; "" is 提交
	Danger  bool   // the button says so
	Back    *Link
	Upload  bool     // multipart, for file fields
	Blocked []string // labels: why it cannot be submitted yet; disables the button
	Keep    string   // label below the button: what happens next
}

// Wrong are the fields with an error.
func (f Form) Wrong() []Field {
	return slices.DeleteFunc(slices.Clone(f.Fields), func(f Field) bool { return f.Error == "" })
}

// Filter is the search form above a list: piece "filter". It is a GET, so that
// the filter is in the address and can be kept as a bookmark.
type Filter struct {
	Action string // "" is the page itself
	Name   string // of the search field; "" is q
	Query  string
	Label  string  // label of the search field
	Hint   string  // label: what can be searched for
	Fields []Field // selects and dates
	Clear  string  // address without the filter; "" shows no link
	Live   string  // id of the element that follows what is typed, with script
	Focus  bool    // gets the keyboard when the page opens
}

// SearchField is the search input as a field.
func (f Filter) SearchField() Field {
	return Field{Name: or(f.Name, "q"), Label: or(f.Label, "page.search"), Kind: InputSearch, Value: f.Query, Focus: f.Focus}
}

// Confirm asks before an act that cannot be taken back: piece and page "confirm".
type Confirm struct {
	Question    string // label
	Consequence string // label: what happens then
	Facts       []Fact // what it is about
	Form        Form   // Action, hidden fields, reason, Submit, Danger, Back
}

// Login is the login form: piece and page "login". The form posts name, password
// and next to Action.
type Login struct {
	Action string
	Name   string
	Error  string  // label
	Next   string  // where to go afterwards; the handler passes it through Local
	Links  []Link  // other ways in, such as the province's single sign-on
	Keep   []Field // hidden fields: what was being filled in when the session ended
}
