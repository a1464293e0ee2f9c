package protocol

import "slices"

// Notice is the one-time notice of everything to be put right (一次性告知, art. 34;
// 行政许可法 32). It names lines of the guide that was displayed and nothing else.
type Notice struct {
	Lines    []Defect `json:"lines"`
	RestFine bool     `json:"rest_complete,omitempty"` // the acceptor confirms that what is not named is complete
	Until    Day      `json:"until"`
	Channel  string   `json:"channel,omitempty"`
	By       string   `json:"by"`
	At       Instant  `json:"at"`
	Remind   Day      `json:"remind_from,omitzero"` // the day on which the system recalls it (C-09b)
	Reminded Instant  `json:"reminded,omitzero"`
}

// Defect names one line, or one check point of it; the text only explains.
type Defect struct {
	Line  string `json:"line_id,omitempty"`
	Point string `json:"cp_id,omitempty"`
	Text  string `json:"text,omitempty"`
}

// Supplement is what an applicant handed in after a notice, at any window.
type Supplement struct {
	Lines  []Material `json:"lines"`
	At     Instant    `json:"at"` // of the receipt: K1 counts from it
	Node   NodeID     `json:"node"`
	Window string     `json:"window,omitempty"`
	Clerk  string     `json:"clerk"`
}

// remindDays is how many working days before its end a correction is recalled to
// the applicant (C-09b).
const remindDays = 3

// noticeCase is C-07: K1 stops and K9 starts.
func noticeCase(d *deed) *Refusal {
	if no := d.pending(); no != nil {
		return no
	}
	guide, no := d.pinnedGuide()
	if no != nil {
		return no
	}
	w := newest(d.want.Notices)
	n := Notice{Lines: slices.Clone(w.Lines), RestFine: w.RestFine, Until: w.Until, Channel: w.Channel, By: d.h.By, At: d.h.At}
	if len(n.Lines) == 0 {
		return refuse("C-07a", "请至少选择一项需要补正的材料")
	}
	for i := range n.Lines {
		if no := d.checkDefect(&n.Lines[i], guide); no != nil {
			return no
		}
	}
	if no := d.checkWhole(&n); no != nil {
		return no
	}
	n.Remind = remindFrom(d.calendar(), n.At.Day(), n.Until)
	d.next.Notices, d.next.State = grown(d.old.Notices, n), CaseCorrection
	d.next.date(d.calendar(), K9)
	return nil
}

// remindFrom is the first day with remindDays working days or fewer to the end.
func remindFrom(cal Calendar, noticed, until Day) Day {
	day := until
	for noticed.Before(day) && cal.WorkingDaysLeft(day.Add(-1), until) <= remindDays {
		day = day.Add(-1)
	}
	return day
}

// checkDefect is C-07b, c, d, f. A defect that names only a check point gets the
// line it is of.
func (d *deed) checkDefect(x *Defect, guide *Guide) *Refusal {
	if x.Line == "" {
		of, no := lineOfPoint(guide, x.Point)
		if no != nil {
			return no
		}
		x.Line = of
	}
	line := guide.Line(x.Line)
	switch {
	case line == nil:
		return refuse("C-07b", "“%s”不在收件时展示的办事指南中,不得要求提供", x.Line)
	case !line.Asked(d.old.Form):
		return refuse("C-07b", "按申请人所填情况,材料“%s”无须提交,不得要求提供", line.Name)
	case x.Point != "" && !line.Point(x.Point):
		return refuse("C-07c", "材料“%s”没有受理标准 %s", line.Name, x.Point)
	case line.Share != nil:
		return refuse("C-07d", "材料“%s”由部门共享取得,免予提交,不得要求提供", line.Name)
	case len(d.old.Notices) > 0 && !d.supplied(line.ID):
		return refuse("C-07f", "材料“%s”应在首次告知时一并提出,不得再次告知", line.Name)
	}
	return nil
}

// lineOfPoint finds the one line that has a check point: ids of points are unique
// within their line only.
func lineOfPoint(guide *Guide, point string) (line string, no *Refusal) {
	if point == "" {
		return "", refuse("C-07c", "补正内容须对应指南的材料或受理标准,文字只作说明")
	}
	for i := range guide.Lines {
		switch l := &guide.Lines[i]; {
		case !l.Point(point):
		case line != "":
			return "", refuse("C-07c", "不止一项材料有受理标准 %s,请同时指明材料", point)
		default:
			line = l.ID
		}
	}
	if line == "" {
		return "", refuse("C-07c", "办事指南没有受理标准 %s", point)
	}
	return line, nil
}

// supplied reports whether a line was handed in after the first notice.
func (d *deed) supplied(line string) bool {
	return slices.ContainsFunc(d.old.Supplements, func(s Supplement) bool {
		return slices.ContainsFunc(s.Lines, func(m Material) bool { return m.Line == line })
	})
}

// checkWhole is C-07e and g: everything at once, and time enough.
func (d *deed) checkWhole(n *Notice) *Refusal {
	for _, m := range d.old.Materials {
		named := slices.ContainsFunc(n.Lines, func(x Defect) bool { return x.Line == m.Line })
		if m.Presence == PresenceMissing && !named && !n.RestFine {
			return refuse("C-07e", "材料 %s 尚缺而未列入;请一次性告知全部内容,或确认其余齐全", m.Line)
		}
	}
	item, no := d.item()
	if no != nil {
		return no
	}
	if least, _ := item.CorrectionLimit().Due(d.calendar(), d.h.At.Day()); n.Until.IsZero() || n.Until.Before(least) {
		return refuse("C-07g", "补正截止日不得早于 %s(%s)", least, item.CorrectionLimit())
	}
	return nil
}

// remindCase records the reminder that C-09b wants before a lapse.
func remindCase(d *deed) *Refusal {
	n := newest(d.old.Notices)
	if n.Reminded != 0 {
		return refuse("C-09b", "已于 %s 提醒过申请人", n.Reminded)
	}
	if left := d.calendar().WorkingDaysLeft(d.h.At.Day(), n.Until); left > remindDays {
		return refuse("C-09b", "补正截止日前 %d 个工作日再提醒申请人", remindDays)
	}
	d.next.Notices = slices.Clone(d.old.Notices)
	d.next.Notices[len(d.next.Notices)-1].Reminded = d.h.At
	return nil
}

// supplementCase is C-08: K1 begins anew with the receipt, wherever that was.
func supplementCase(d *deed) *Refusal {
	s := d.supplement()
	n := newest(d.old.Notices)
	for _, m := range s.Lines {
		asked := slices.ContainsFunc(n.Lines, func(x Defect) bool { return x.Line == m.Line })
		answered := slices.ContainsFunc(d.old.Materials, func(o Material) bool { return o.Line == m.Line })
		if !asked || !answered || m.Presence != PresencePresent {
			return refuse("C-08a", "材料 %s 不在补正告知中,或没有提交", m.Line)
		}
	}
	switch {
	case len(s.Lines) == 0:
		return refuse("C-08a", "请登记补正的材料")
	case s.At >= n.Until.End():
		return refuse("C-08b", "补正截止日(%s)已过", n.Until)
	}
	if no := d.ownBlobs(s.Lines); no != nil {
		return no
	}
	d.takeIn(s)
	return nil
}

// supplement gives the wanted supplement. Only an answer to a request may
// state another place and time than the writer's own.
func (d *deed) supplement() Supplement {
	s := newest(d.want.Supplements)
	if d.h.Answers.Kind != "request" || s.Clerk == "" || s.At <= 0 || s.Node.Validate() != nil {
		s.At, s.Node, s.Clerk = d.h.At, d.h.Origin, d.h.By
	}
	s.Lines = slices.Clone(s.Lines)
	return s
}

func (d *deed) takeIn(s Supplement) {
	n := d.next
	n.Supplements, n.Materials = grown(d.old.Supplements, s), slices.Clone(d.old.Materials)
	for _, m := range s.Lines {
		i := slices.IndexFunc(n.Materials, func(o Material) bool { return o.Line == m.Line })
		n.Materials[i] = m
	}
	n.K1From, n.State, n.Lapsed = s.At, CaseArrived, 0
	n.date(d.calendar(), K1)
}

// reopenCase is C-08r: the papers were in time, only the request came late.
func reopenCase(d *deed) *Refusal {
	if s := d.supplement(); d.h.Answers.Kind != "request" || s.At >= newest(d.old.Notices).Until.End() {
		return refuse("C-08ra", "须有截止日内收到的补正请求(R-01)才能恢复")
	}
	return supplementCase(d)
}

// lapseCase is C-09.
func lapseCase(d *deed) *Refusal {
	n := newest(d.old.Notices)
	if d.h.At < n.Until.End() {
		return refuse("C-09a", "补正截止日 %s(含当日)未过", n.Until)
	}
	// A reminder that was late gives its days back to the applicant.
	if rest, _ := d.calendar().AddWorkingDays(n.Reminded.Day(), remindDays); n.Reminded == 0 || n.Reminded >= n.Until.End() && d.h.At < rest.End() {
		return refuse("C-09b", "须先提醒申请人,并留足 %d 个工作日", remindDays)
	}
	for _, dep := range d.h.Deps {
		r, ok := citedAs[Request](d.v, dep.Ref)
		if dep.Ref.Kind == "request" && ok && r.On == d.h.Ref && r.Want == WantSupplement && r.Open() {
			return refuse("C-09c", "还有补正请求(R-01)未答复,请先办理")
		}
	}
	d.next.State, d.next.Lapsed = CaseLapsed, d.h.At
	return nil
}
