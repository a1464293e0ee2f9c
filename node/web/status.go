package web

import (
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// status is the page an operator opens when something is wrong: what is the
// case, what that means at the counter, what to do.
func (w *Web) status(v *console.Visit) error {
	st, err := w.cfg.Reader.Status(v.Context())
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{Title: "status.now", Paras: w.advice(v, &st)}}}
	for _, l := range st.Lanes {
		sheet.Sections = append(sheet.Sections, laneSection(v, &l))
	}
	sheet.Sections = append(sheet.Sections, console.Section{Title: "status.place", Facts: placeFacts(v, &st)})
	for i := range sheet.Sections {
		sheet.Sections[i].ID, sheet.Sections[i].Refresh = "status-"+string(rune('a'+i)), 10
	}
	return v.Show(page.View{Title: "nav.status", Active: "status"}, sheet)
}

// advice says in sentences what the figures below mean.
func (w *Web) advice(v *console.Visit, st *Status) (list []string) {
	if st.Frozen != nil {
		list = append(list, v.T("advice.frozen", st.Frozen.Text))
		if st.Frozen.Code == protocol.Fork {
			list = append(list, v.T("advice.fork"))
		}
		if st.Frozen.Hint != "" && v.May(protocol.MayOperate, "") {
			list = append(list, v.T("advice.hint", st.Frozen.Hint))
		}
	}
	for _, f := range st.Alarms {
		list = append(list, v.T("advice.alarm", f.Text, f.Rule))
		if f.Hint != "" && v.May(protocol.MayOperate, "") {
			list = append(list, v.T("advice.hint", f.Hint))
		}
	}
	if st.NeedsRebase {
		list = append(list, v.T("advice.rebase"))
	}
	switch {
	case st.Drilling:
		list = append(list, v.T("advice.drill"))
	case !st.Connected():
		list = append(list, v.T("advice.cut"))
	}
	if st.NumbersLeft < fewNumbers {
		list = append(list, v.T("advice.numbers", st.NumbersLeft))
	}
	if low(st) {
		list = append(list, v.T("room."+st.Room))
	}
	list = append(list, clockAdvice(v, st)...)
	if queued, _ := st.Queue(); queued == 0 && st.ScansQueued > 0 {
		list = append(list, v.T("advice.scans", st.ScansQueued))
	}
	if held := st.Held(); held > 0 {
		list = append(list, v.T("advice.held", held))
	}
	if len(list) == 0 {
		list = append(list, v.T("advice.fine"))
	}
	return list
}

func laneSection(v *console.Visit, l *Lane) console.Section {
	state := page.State(page.Badge{Tone: page.Good, Word: "status.connected"})
	since := "status.since"
	if !l.Connected {
		state, since = page.State(page.Badge{Tone: page.Warn, Word: "status.cut"}), "status.lost"
	}
	facts := []page.Fact{{Label: "home.link", Cell: state}, {Label: since, Cell: page.When(l.Since)}}
	if l.Server != "" {
		facts = append(facts, page.Fact{Label: "status.server", Cell: page.Word(string(l.Server))})
	}
	size, oldest := page.Number(l.Queued).Under(console.Size(l.Bytes)), page.Word("—")
	if l.Queued > 0 && l.Oldest > 0 {
		oldest = page.When(l.Oldest)
	}
	facts = append(facts, page.Fact{Label: "home.fresh", Cell: page.When(l.Fresh)}, page.Fact{Label: "home.unsent", Cell: size},
		page.Fact{Label: "status.oldest", Cell: oldest})
	if l.Held > 0 {
		facts = append(facts, page.Fact{Label: "status.held", Cell: page.Number(l.Held)})
	}
	if l.Error != "" && !l.Connected {
		facts = append(facts, page.Fact{Label: "status.error", Cell: page.Word(l.Error)})
	}
	return console.Section{Title: laneWord(l.Lane), Half: true, Facts: facts}
}

func placeFacts(v *console.Visit, st *Status) []page.Fact {
	numbers, disk := page.Number(st.NumbersLeft), page.Word("—")
	if st.NumbersLeft < fewNumbers {
		numbers.Badges = []page.Badge{{Tone: page.Warn, Word: "status.few"}}
	}
	if st.DiskTotal > 0 {
		disk = page.Word(v.T("status.disk-of", console.Size(st.DiskFree), console.Size(st.DiskTotal)))
		if low(st) {
			disk.Badges = []page.Badge{{Tone: roomTones[st.Room], Word: "room-word." + st.Room}}
		}
	}
	frozen := page.State(page.Badge{Tone: page.Good, Word: "status.working"})
	if st.Frozen != nil {
		frozen = page.State(page.Badge{Tone: page.Bad, Word: "status.frozen"}).Under(st.Frozen.Text)
	}
	return []page.Fact{{Label: "status.node", Cell: page.Code(string(st.Node))}, {Label: "status.acts", Cell: frozen},
		{Label: "status.numbers", Cell: numbers}, {Label: "status.disk", Cell: disk},
		{Label: "status.database", Cell: page.Word(console.Size(uint64(max(st.Bytes, 0))))},
		{Label: "status.scans", Cell: page.Number(st.ScansQueued)}, {Label: "nav.work", Cell: page.Number(st.WorkOpen)},
		{Label: "status.epoch", Cell: page.Number(st.Epoch)},
		{Label: "status.clock", Cell: clockCell(v, st)},
		{Label: "status.level", Cell: page.Number(uint64(st.Level))}, {Label: "status.cert", Cell: page.When(st.CertUntil)}}
}
