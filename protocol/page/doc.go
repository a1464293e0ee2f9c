// Package page is the one HTML shell of both consoles, the hub's 省级管理台 and
// the node's 窗口工作台: layout, navigation, status strip, languages, reusable
// pieces, security headers and assets. Pages are rendered on the server with
// html/template and work without any script; the script only adds keys and live
// refresh. It is not a router, holds no session and knows no record: handlers
// hand in finished data. Standard library only.
//
// # Adding a page
//
// One template file, one handler, some texts. The file templates/inbox.html is
// the page "inbox"; it defines "content" and may define "actions" (buttons right
// of the title) and "head" (page-specific <script src> or <link>). Files whose
// name begins with "_" are shared by all pages.
//
//	{{define "actions"}}<a class="button primary" href="/intake" data-hotkey="n">{{t "inbox.new"}}</a>{{end}}
//	{{define "content"}}
//	  {{template "filter" .Data.Filter}}
//	  <section id="cases" data-refresh="10">
//	    {{template "table" .Data.Cases}}
//	    {{template "pager" .Data.Pager}}
//	  </section>
//	  <p>{{t "inbox.asof" (datetime .Now)}} · {{ago .Data.Oldest .Now}}</p>
//	{{end}}
//
// The dot of "content" is the *Page: .Data is the handler's own value, beside
// .Now, .User, .Lang and .Title. The handler:
//
//	func (d *desk) inbox(w http.ResponseWriter, r *http.Request) {
//		cases, next, err := d.cases.Inbox(r.Context(), r.FormValue("after"), 50)
//		if err != nil {
//			d.shell.Fail(w, r, page.Problem{Status: 503, Err: err})
//			return
//		}
//		table := page.Table{Caption: "inbox.title", Cols: []page.Col{{Label: "inbox.number"}, {Label: "inbox.due"}}}
//		for _, c := range cases {
//			table.Add(page.Goto(c.Number, "/cases/"+c.Number), page.When(c.Due))
//		}
//		d.shell.Render(w, r, "inbox", page.View{Title: "inbox.title", Active: "inbox",
//			Data: inboxData{Cases: table, Pager: page.Pager{Next: page.With(r.URL, "after", next)}}})
//	}
//
// The texts and the shell, once per console:
//
//	shell, err := page.New(page.Config{
//		Product:   page.Text{ZH: "窗口工作台", EN: "Window workbench"},
//		Place:     func(l page.Lang) string { return place[l] },
//		Templates: templates, // fs.Sub of an embed.FS
//		Texts:     page.Texts{"inbox.title": {ZH: "收件箱", EN: "Inbox"}},
//		Nav:       []page.Section{{Label: "nav.desk", Items: []page.Item{{Key: "inbox", Label: "inbox.title", Href: "/inbox", Hotkey: "q"}}}},
//		Around:    d.around, // who is logged in, status strip, counters, rights
//	})
//	mux.Handle("/assets/", shell.Assets())
//	mux.Handle("/", shell.Missing())
//	server.Handler = shell.Secure(mux)
//
// After a POST answer with shell.Redirect(w, r, "/cases/…", page.Good,
// "case.received", number): the sentence shows once on the next page.
//
// # Labels
//
// A field documented as a label takes a key of the catalogue or finished text:
// a known key is translated, anything else is shown as it is. Cells and other
// data are never translated. New refuses a template that calls t with a key of no
// catalogue; a key computed at run time that is in none shows as ⟦key⟧.
//
// # Pieces
//
// Each is a template with a type of its own: table (Table), pager (Pager), filter
// (Filter), tabs ([]Tab), badge (Badge), facts ([]Fact), timeline ([]Moment), field
// (Field), form (Form), errors ([]Field), flash ([]Flash), confirm (Confirm), progress
// (Progress), stats ([]Stat), problem (Problem), login (Login). The pages "problem",
// "confirm" and "login" are ready-made: Render(w, r, page.ConfirmPage, …).
//
// # Template functions
//
// t, label, date, datetime, clock, stamp, ago, num, bytes, percent, asset.
//
// # Promise
//
// Names of templates, CSS classes named in DESIGN.md and data- attributes stay;
// markup inside a piece may change with its golden file.
package page
