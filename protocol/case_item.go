package protocol

// item gives the pinned item version, as the entry cites it.
func (d *deed) item() (*Item, *Refusal) {
	rec, ok := d.v.Cited(Ref{"item", d.old.Item})
	if !ok {
		return nil, refuse("G-09", "须引用事项版本 %s", d.old.Item)
	}
	item, err := Load[Item](rec)
	if err != nil {
		return nil, refuse("G-09", "事项版本 %s 无法读取", d.old.Item)
	}
	return item, nil
}

// pinnedGuide gives the guide that was displayed at the receipt, whatever was
// published since (C-07b).
func (d *deed) pinnedGuide() (*Guide, *Refusal) {
	rec, ok := d.v.Cited(Ref{"guide", d.old.Item})
	if !ok || HashOf(rec.Body) != d.old.Guide {
		return nil, refuse("C-07b", "须引用收件时展示的办事指南")
	}
	guide, err := Load[Guide](rec)
	if err != nil {
		return nil, refuse("C-07b", "收件时展示的办事指南无法读取")
	}
	return guide, nil
}
