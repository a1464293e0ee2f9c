package page

import "fmt"

// Section is a group of navigation items.
type Section struct {
	Label string // label; "" is a group without heading
	Items []Item
}

// Item is one page of the navigation.
type Item struct {
	Key    string // View.Active names it
	Label  string // label
	Href   string
	Hotkey string // one letter: g then this letter goes there
	Press  bool   // the letter alone goes there, too
}

func checkNav(nav []Section) error {
	keys, hot := map[string]bool{}, map[string]bool{}
	for _, s := range nav {
		for _, it := range s.Items {
			if it.Key == "" || it.Label == "" || it.Href == "" {
				return fmt.Errorf("navigation item %+v needs key, label and href", it)
			}
			if keys[it.Key] {
				return fmt.Errorf("navigation item %s is there twice", it.Key)
			}
			if it.Hotkey != "" && hot[it.Hotkey] {
				return fmt.Errorf("navigation hotkey %s is taken twice", it.Hotkey)
			}
			keys[it.Key], hot[it.Hotkey] = true, true
		}
	}
	return nil
}

// Group is a Section as one person sees it.
type Group struct {
	Label string
	Items []Entry
}

// Entry is an Item as one person sees it on one page.
type Entry struct {
	Item
	Active bool
	Count  int
}

// groups leaves out what the person may not open, and sections that get empty.
func groups(nav []Section, active string, around Around) []Group {
	var out []Group
	for _, s := range nav {
		g := Group{Label: s.Label}
		for _, it := range s.Items {
			if around.Allow != nil && !around.Allow(it.Key) {
				continue
			}
			g.Items = append(g.Items, Entry{Item: it, Active: it.Key == active, Count: around.Counts[it.Key]})
		}
		if len(g.Items) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// trail is the way to a page: section, navigation item, the handler's own
// crumbs, the page. A page that is the item itself has no second mention.
func (c catalogue) trail(gs []Group, v View) []Link {
	var out []Link
	for _, g := range gs {
		for _, it := range g.Items {
			if !it.Active {
				continue
			}
			if g.Label != "" {
				out = append(out, Link{Label: g.Label})
			}
			if len(v.Crumbs) > 0 || c.label(it.Label) != c.label(v.Title) {
				out = append(out, Link{Label: it.Label, Href: it.Href})
			}
		}
	}
	out = append(out, v.Crumbs...)
	if len(out) == 0 {
		return nil
	}
	return append(out, Link{Label: v.Title})
}
