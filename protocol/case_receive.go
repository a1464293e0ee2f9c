package protocol

// receiveCase is C-02: the papers are taken in at any window the law allows.
func receiveCase(old, want *Case, h *Header, v View) (*Case, *Refusal) {
	if old != nil {
		return nil, refuse("G-07", "该办件已经收件")
	}
	next := Case{ReceiptNo: want.ReceiptNo, Item: want.Item, Applicant: want.Applicant, Form: want.Form,
		Materials: want.Materials, Received: want.Received, Idem: want.Idem, State: CaseReceived, Rest: want.Rest}
	next.Received.At, next.Received.Node, next.Received.Clerk = h.At, h.Origin, h.By
	if next.ReceiptNo == "" || next.Idem == "" {
		return nil, refuse("C-02g", "缺少收件编号或幂等键")
	}
	if no := CheckApplicant(&next.Applicant, h.At); no != nil {
		return nil, no
	}
	if no := pinItem(&next, h, v); no != nil {
		return nil, no
	}
	return &next, pinClock(&next, h.At, v)
}

// CheckApplicant is C-01b: identity numbers must be possible ones.
func CheckApplicant(a *Applicant, now Instant) *Refusal {
	if a.Name == "" {
		return refuse("G-09", "请填写申请人姓名或名称")
	}
	if len([]rune(a.Name)) > 200 {
		return refuse("G-09", "申请人姓名或名称过长")
	}
	if a.Type != "person" && a.Type != "org" {
		return refuse("G-09", "申请人须为 person(自然人)或 org(法人)")
	}
	switch a.IDType {
	case "citizen":
		return CheckCitizen(a.ID, now.Day())
	case "uscc":
		return CheckUSCC(a.ID)
	case "other":
		if len(a.ID) < 4 || len(a.ID) > 40 {
			return refuse("V-09a", "证件号码长度应为 4 至 40 位")
		}
		return nil
	}
	return refuse("V-09a", "请选择证件类型")
}

// pinItem copies what the case needs of the item version it cites and checks
// that every line of the displayed guide is answered (C-02a, b, d).
func pinItem(c *Case, h *Header, v View) *Refusal {
	rec, ok := v.Cited(Ref{"item", c.Item})
	if !ok {
		return refuse("C-02a", "收件时须引用事项版本 %s", c.Item)
	}
	item, err := Load[Item](rec)
	if err != nil || item.State != ItemPublished || h.At.Day().Before(item.EffectiveAt) {
		return refuse("C-02a", "该事项当前不可受理(未生效、停用或撤回)")
	}
	if item.Node != h.Origin && !oneOf(item.Scope, "nation", "interprovince", "interprefecture") {
		return refuse("C-02a", "该事项未开放跨市(州)受理,请申请人到%s办理", item.AgencyName)
	}
	c.ItemName, c.Agency, c.AgencyName, c.Handler = item.Name, item.Agency, item.AgencyName, item.Node
	guideRec, ok := v.Cited(Ref{"guide", c.Item})
	if !ok {
		return refuse("C-02d", "收件时须引用办事指南")
	}
	guide, err := Load[Guide](guideRec)
	if err != nil {
		return refuse("C-02d", "办事指南无法读取")
	}
	c.Guide = HashOf(guideRec.Body)
	return answersGuide(c.Materials, guide)
}

func answersGuide(materials []Material, g *Guide) *Refusal {
	if len(materials) != len(g.Lines) {
		return refuse("C-02b", "指南列明 %d 项材料,已答复 %d 项;请逐项说明", len(g.Lines), len(materials))
	}
	for i, line := range g.Lines {
		m := materials[i]
		if m.Line != line.ID {
			return refuse("C-02b", "第 %d 项材料应为“%s”", i+1, line.Name)
		}
		switch m.Presence {
		case "present", "missing", "exempt":
		case "owed":
			if line.Necessity != "deferrable" {
				return refuse("C-10b", "材料“%s”不可容缺", line.Name)
			}
		default:
			return refuse("C-02b", "材料“%s”尚未核对", line.Name)
		}
	}
	return nil
}

// pinClock starts K1: five working days from the receipt, wherever it was.
func pinClock(c *Case, at Instant, v View) *Refusal {
	cal := CalendarOf(v, at.Time().Year(), at.Time().Year()+1)
	c.Due.K1, c.Due.Provisional = cal.AddWorkingDays(at.Day(), 5)
	return nil
}
