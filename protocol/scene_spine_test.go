package protocol

import "testing"

func anAgency() *Agency {
	return &Agency{USCC: testUSCC(1), Name: "长春市民政局", Node: decides, Division: "220100", Phone: "0431-00000000", State: AgencyActive}
}

func anAccount() *Account {
	return &Account{Place: decides, Login: "decider1", Name: "民政决定岗", Agency: testUSCC(1), Roles: []Role{RoleDecider},
		Password: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA", Tokens: []string{HashOf([]byte("token")).String()}, State: AccountActive}
}

func aNode(state string, epoch uint64) *Node {
	n := &Node{ID: decides, Name: "长春市", Divisions: []Division{"220100"}, State: state, Epoch: epoch}
	if state == NodeEnrolled {
		n.Key, n.Enrolled = Hash{7}, sceneAt-1000
	}
	return n
}

func aToken() *Enrolment {
	return &Enrolment{Role: RoleNode, Subject: decides, Secret: Hash{3}, Expires: sceneAt + 900_000, State: TokenIssued}
}

func spineScenes(t testing.TB) []scene {
	t.Helper()
	operator := "hub:operator"
	agency, account := Ref{"agency", testUSCC(1)}, Ref{"account", AccountID(decides, "decider1")}
	node, token := Ref{"node", string(decides)}, Ref{"enrolment", "token-1"}
	first := PublishedYears()[8]
	next := first
	next.Version, next.Source = 0, "关于调整2026年放假安排的通知(样例)"
	disabled, fenced := anAgency(), aNode(NodeFenced, 2)
	disabled.State, fenced.Reason = AgencyDisabled, "疑似双开"
	return []scene{
		{name: "agency register", ref: agency, act: "register", origin: Hub, by: operator, want: anAgency()},
		{name: "agency update", ref: agency, act: "update", origin: Hub, by: operator, old: disabled, want: anAgency()},
		{name: "agency disable", ref: agency, act: "disable", origin: Hub, by: operator, old: anAgency(), want: &Agency{}},

		{name: "account create", ref: account, act: "create", origin: decides, by: "changchun:operator", want: anAccount()},
		{name: "account change", ref: account, act: "change", origin: decides, by: "changchun:operator", old: anAccount(), want: anAccount()},
		{name: "account disable", ref: account, act: "disable", origin: decides, by: "changchun:operator", old: anAccount(), want: &Account{}},

		{name: "node plan", ref: node, act: "plan", origin: Hub, by: operator, want: aNode("", 0)},
		{name: "node plan again", ref: node, act: "plan", origin: Hub, by: operator, old: aNode(NodePlanned, 0), want: aNode("", 0)},
		{name: "node enroll", ref: node, act: "enroll", origin: Hub, by: operator, old: aNode(NodePlanned, 0), want: &Node{Key: Hash{7}, Keys: []NodeKey{{Key: []byte("the first key")}}}},
		{name: "node enroll with a new key", ref: node, act: "enroll", origin: Hub, by: operator, old: aNode(NodeEnrolled, 1), want: &Node{Key: Hash{8}}},
		{name: "node enroll after a fence", ref: node, act: "enroll", origin: Hub, by: operator, old: fenced, want: &Node{Key: Hash{8}}},
		{name: "node fence", ref: node, act: "fence", origin: Hub, by: operator, old: aNode(NodeEnrolled, 1), want: &Node{Reason: "疑似双开"}},
		{name: "node revoke", ref: node, act: "revoke", origin: Hub, by: operator, old: aNode(NodeEnrolled, 1), want: &Node{Reason: "机构撤并"}},

		{name: "enrolment issue", ref: token, act: "issue", origin: Hub, by: operator, want: aToken()},
		{name: "enrolment use", ref: token, act: "use", origin: Hub, by: "hub", old: aToken(), want: &Enrolment{Key: Hash{9}}},
		{name: "enrolment cancel", ref: token, act: "cancel", origin: Hub, by: operator, old: aToken(), want: &Enrolment{}},

		{name: "numblock issue", ref: Ref{"numblock", BlockID(3)}, act: "issue", origin: Hub, by: "hub", want: &NumberBlock{Node: decides, Epoch: 1}},

		{name: "calendar publish", ref: CalendarRef(2026), act: "publish", origin: Hub, by: operator, want: &first},
		{name: "calendar publish a revision", ref: CalendarRef(2026), act: "publish", origin: Hub, by: operator, old: &first, want: &next},
	}
}
