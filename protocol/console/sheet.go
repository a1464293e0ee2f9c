package console

import "xiangyun/protocol/page"

// Sheet is the page most records are shown on, and the lists too: a row of
// actions, then sections one below the other. It is the data of the page
// "sheet".
type Sheet struct {
	Actions  []Action
	Side     *Section // stands left of the others
	Sections []Section
}

// Action is a button in the head line.
type Action struct {
	Label   string // label
	Href    string
	Primary bool // at most one per page
	Danger  bool
	Hotkey  string
}

// Section is one box of a sheet; what is nil is left out.
type Section struct {
	ID      string // of the element, with Refresh
	Refresh int    // seconds; 0 does not
	Title   string // label; "" draws no box
	Lead    string // label: one sentence below the title
	Half    bool   // stands beside its neighbour where there is room
	Bar     []Action
	Menu    bool // the key . walks the buttons of Bar

	Stats    []page.Stat
	Tabs     []page.Tab
	Filter   *page.Filter
	Messages []page.Flash
	Facts    []page.Fact
	Paras    []string // finished text
	Table    *page.Table
	Pager    page.Pager
	Timeline []page.Moment
	Form     *page.Form
	Folds    []Fold
	Queue    []Entry
}

// Fold is a table that is shown when somebody wants to know.
type Fold struct {
	Label string // label
	Table page.Table
}

// Entry is one line of a queue beside a record: where Enter leads.
type Entry struct {
	Href, Text, Sub string
	Badge           *page.Badge
	Here            bool // the one that is shown
}

// Rows groups neighbouring half sections.
func (s Sheet) Rows() [][]Section {
	var rows [][]Section
	for i, sec := range s.Sections {
		if sec.Half && i > 0 && s.Sections[i-1].Half {
			rows[len(rows)-1] = append(rows[len(rows)-1], sec)
			continue
		}
		rows = append(rows, []Section{sec})
	}
	return rows
}

// SheetPage is the name of the page.
const SheetPage = "sheet"

// Show renders a sheet.
func (v *Visit) Show(view page.View, s Sheet) error {
	view.Data = s
	return v.Render(SheetPage, view)
}
