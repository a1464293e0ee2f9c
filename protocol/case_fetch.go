package protocol

import "slices"

// fetchedCase is §14.2: what a source did not give at the receipt has come. The line
// was never demanded, and no clock waited for it; only the decision did (C-18e). The
// wanted lines that were pending are taken, with where they came from.
func fetchedCase(d *deed) *Refusal {
	n := d.next
	n.Materials = slices.Clone(d.old.Materials)
	var came []Material
	for i := range n.Materials {
		m := &n.Materials[i]
		k := slices.IndexFunc(d.want.Materials, func(w Material) bool { return w.Line == m.Line && w.Presence == PresenceFetched })
		if m.Presence != PresencePending || k < 0 {
			continue
		}
		m.Presence, m.Source, m.Blobs = PresenceFetched, d.want.Materials[k].Source, slices.Clone(d.want.Materials[k].Blobs)
		if m.Source == "" {
			return refuse("C-18e", "请写明共享材料 %s 的来源", m.Line)
		}
		came = append(came, *m)
	}
	if len(came) == 0 {
		return refuse("C-18e", "没有待取得的共享材料,或没有指明是哪一项")
	}
	return d.ownBlobs(came)
}
