package protocol

// NodePlan is a node as a province plans it before anything is enrolled.
type NodePlan struct {
	ID        NodeID
	Name      string
	Divisions []Division // what it serves; empty is legal, for nodes are not divisions
}

// StandardNodes is the usual set of nodes of the province: one for each of the
// nine prefectures, the provincial node for the provincial departments, and two
// management areas that have a node and no code. 梅河口 (220581) is managed by the
// province but keeps a code of 通化 and has no node here.
func StandardNodes() []NodePlan {
	return []NodePlan{
		{"changchun", "长春市", []Division{"220100"}},
		{"jilin", "吉林市", []Division{"220200"}},
		{"siping", "四平市", []Division{"220300"}},
		{"liaoyuan", "辽源市", []Division{"220400"}},
		{"tonghua", "通化市", []Division{"220500"}},
		{"baishan", "白山市", []Division{"220600"}},
		{"songyuan", "松原市", []Division{"220700"}},
		{"baicheng", "白城市", []Division{"220800"}},
		{"yanbian", "延边州", []Division{"222400"}},
		{"shengzhi", "省直", []Division{jilinProvince}},
		{"changbaishan", "长白山管委会", nil},
		{"changchun-xinqu", "长春新区", nil},
	}
}
