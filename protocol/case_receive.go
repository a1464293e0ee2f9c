package protocol

// receiveCase is C-02: the papers are taken in at any window the law allows.
func receiveCase(d *deed) *Refusal {
	want, n := d.want, d.next
	*n = Case{ReceiptNo: want.ReceiptNo, Item: want.Item, Applicant: want.Applicant, Form: want.Form,
		Materials: want.Materials, Received: want.Received, Idem: want.Idem, State: CaseReceived,
		Mode: want.Mode, Delegation: want.Delegation, Agent: want.Agent, ObjectKey: want.ObjectKey, Rest: want.Rest}
	n.Received.At, n.Received.Node, n.Received.Clerk = d.h.At, d.h.Origin, d.h.By
	if n.ReceiptNo == "" || n.Idem == "" {
		return refuse("C-02g", "缺少收件编号或幂等键")
	}
	for _, no := range []*Refusal{CheckApplicant(&n.Applicant, d.h.At), n.Agent.check(d.h.At), checkIdentity(&n.Received),
		d.ownBlobs(n.Materials), d.pinItem(), d.pinDelegation()} {
		if no != nil {
			return no
		}
	}
	n.date(d.calendar(), K1, K5p)
	return nil
}

// CheckDraft is C-01: what a form is checked against before anything is received.
func CheckDraft(item *Item, a *Applicant, agent *Agent, now Instant) *Refusal {
	if item == nil || !item.InForce(now.Day()) {
		return refuse("C-01a", "该事项当前不可办理(未生效、停用或撤回)")
	}
	if no := CheckApplicant(a, now); no != nil {
		return refuse("C-01b", "%s(%s)", no.Text, no.Rule)
	}
	return agent.check(now)
}

// check is C-01c: an agent proves who he is and has a written mandate.
func (a *Agent) check(now Instant) *Refusal {
	if a == nil {
		return nil
	}
	if a.Name == "" || a.Mandate == "" {
		return refuse("C-01c", "代办须填写代理人并上传授权委托书")
	}
	return CheckApplicant(&Applicant{Type: "person", Name: a.Name, IDType: a.IDType, ID: a.ID}, now)
}

// checkIdentity is C-02e. A clerk who receives at a window answers for having
// seen the person; a filing without a clerk needs an account with a real name.
func checkIdentity(r *Receipt) *Refusal {
	if !oneOf(r.Identity, "", "in_person", "real_name") || r.Window == WindowPortal && r.Identity != "real_name" {
		return refuse("C-02e", "请当面核验申请人身份;网上申办须使用实名账号")
	}
	return nil
}

// ownBlobs is C-02c: a line cites its own scans, each once.
func (d *deed) ownBlobs(materials []Material) *Refusal {
	seen := map[string]bool{}
	for _, m := range materials {
		for _, id := range m.Blobs {
			blob, cited := citedAs[Blob](d.v, Ref{"blob", id})
			if id == "" || seen[id] || cited && blob.Owner != d.h.Ref {
				return refuse("C-02c", "材料 %s 的附件未登记、重复或属于其他办件", m.Line)
			}
			seen[id] = true
		}
	}
	return nil
}

// pinDelegation: 异地受理 needs a delegation in force for this item version and
// this pair of agencies; without one the window only collects.
func (d *deed) pinDelegation() *Refusal {
	n := d.next
	switch {
	case n.Mode == "":
		n.Delegation, n.Received.Agency = "", ""
		return nil
	case n.Mode != ModeDelegated:
		return refuse("G-09", "没有“%s”这种受理方式", n.Mode)
	}
	n.Delegation = DelegationID(n.Item, n.Received.Agency, n.Agency)
	if !delegated(n, d.h, d.v) {
		return refuse("C-02a", "没有有效的委托受理关系,只能代收后移交%s", n.AgencyName)
	}
	return nil
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
func (d *deed) pinItem() *Refusal {
	c, h := d.next, d.h
	rec, ok := d.v.Cited(Ref{"item", c.Item})
	if !ok {
		return refuse("C-02a", "收件时须引用事项版本 %s", c.Item)
	}
	item, err := Load[Item](rec)
	if err != nil || !item.InForce(c.Received.At.Day()) {
		return refuse("C-02a", "该事项当前不可受理(未生效、停用或撤回)")
	}
	if item.Node != h.Origin && !item.AcrossPrefectures() {
		return refuse("C-02a", "该事项未开放跨市(州)受理,请申请人到%s办理", item.AgencyName)
	}
	c.ItemName, c.Agency, c.AgencyName, c.Handler = item.Name, item.Agency, item.AgencyName, item.Node
	c.Terms.Effect = item.C1Effect()
	guideRec, ok := d.v.Cited(Ref{"guide", c.Item})
	if !ok {
		return refuse("C-02d", "收件时须引用办事指南")
	}
	guide, err := Load[Guide](guideRec)
	if err != nil {
		return refuse("C-02d", "办事指南无法读取")
	}
	shown := HashOf(guideRec.Body)
	if d.want.Guide != (Hash{}) && d.want.Guide != shown {
		return refuse("C-02d", "办事指南刚刚更新,请按新指南核对材料(已填内容已保留)")
	}
	c.Guide = shown
	return answersGuide(c, guide)
}

func answersGuide(c *Case, g *Guide) *Refusal {
	if len(c.Materials) != len(g.Lines) {
		return refuse("C-02b", "指南列明 %d 项材料,已答复 %d 项;请逐项说明", len(g.Lines), len(c.Materials))
	}
	for i := range g.Lines {
		line := &g.Lines[i]
		if c.Materials[i].Line != line.ID {
			return refuse("C-02b", "第 %d 项材料应为“%s”", i+1, line.Name)
		}
		if no := answersLine(&c.Materials[i], line, c.Form); no != nil {
			return no
		}
	}
	return nil
}

// answersLine: a line that is shared is never missing (§14.2), and neither is one
// that the form does not ask for.
func answersLine(m *Material, line *MaterialLine, form []Field) *Refusal {
	switch m.Presence {
	case PresencePresent, PresenceExempt:
	case PresenceMissing:
		if line.Share != nil {
			return refuse("C-07d", "材料“%s”由部门共享取得,免予提交,不得列为缺少", line.Name)
		}
		if !line.Asked(form) {
			return refuse("C-02b", "按所填情况,材料“%s”无须提交,不得列为缺少", line.Name)
		}
	case PresenceFetched, PresencePending:
		if line.Share == nil {
			return refuse("C-02b", "材料“%s”不能共享取得", line.Name)
		}
	case PresenceOwed:
		if line.Necessity != "deferrable" {
			return refuse("C-10b", "材料“%s”不可容缺", line.Name)
		}
	default:
		return refuse("C-02b", "材料“%s”尚未核对", line.Name)
	}
	if m.Paper && line.NeedsPaper == "" {
		return refuse("C-02f", "材料“%s”没有必须收取纸质原件的法律依据,不得收取", line.Name)
	}
	return nil
}
