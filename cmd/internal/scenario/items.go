package scenario

import (
	"slices"

	"xiangyun/cmd/internal/sample"
	"xiangyun/protocol"
)

// The sample items by what is special about them.
const (
	licensing = "社会团体变更登记"    // 01 行政许可: silence accepts (C-11); one line may follow later
	special   = "食品生产许可"      // 检验; 20 working days here
	joint     = "建设公墓审核"      // with the departments of natural resources of all three nodes here
	owing     = "第三类医疗器械经营许可" // one line may follow later
	withPaper = "公司变更登记"      // an old licence on paper; 3 working days
	sharing   = "高龄老年人津贴"     // the household register is obtained by sharing
	versioned = "特种设备使用登记"    // published four times
)

// changes are what scenarios want of a sample item beyond what it has.
var changes = map[string]func(*protocol.ItemFiling){
	special: func(f *protocol.ItemFiling) { f.Item.Legal.N = 20 },
	joint: func(f *protocol.ItemFiling) {
		duty := f.Item.Joint.Agencies[0]
		f.Item.Joint.Agencies = []string{duty, elsewhere(yanji, changchun, duty), elsewhere(jilin, changchun, duty)}
	},
}

// services are the items of changchun that the scenarios are about.
func services() (list []protocol.ItemFiling) {
	for _, name := range []string{licensing, special, joint, owing, withPaper, sharing, versioned} {
		list = append(list, filing(changchun, name))
	}
	return list
}

// item finds a published sample item of a node by its name.
func item(at protocol.NodeID, name string) protocol.Item { return filing(at, name).Item }

func filing(at protocol.NodeID, name string) protocol.ItemFiling {
	all := sample.Items(at)
	i := slices.IndexFunc(all, func(f protocol.ItemFiling) bool { return f.Item.Name == name })
	if i < 0 {
		panic("no sample item " + name)
	}
	f := all[i]
	f.Item.EffectiveAt = opening
	if change := changes[name]; change != nil {
		change(&f)
	}
	return f
}

// elsewhere is the agency of another node with the same line of duty.
func elsewhere(at, of protocol.NodeID, agency string) string {
	i := slices.IndexFunc(sample.Agencies(of), func(a protocol.Agency) bool { return a.USCC == agency })
	return sample.Agencies(at)[i].USCC
}

// sameDuty is the agency of another node with the line of duty of an item.
func sameDuty(at protocol.NodeID, it protocol.Item) string { return elsewhere(at, it.Node, it.Agency) }
