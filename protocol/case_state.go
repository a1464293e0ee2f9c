package protocol

import "slices"

// CaseState is where a case stands. A draft (草稿) is local and no state.
type CaseState string

// The states of cases.md §5.
const (
	CaseReceived    CaseState = "received"
	CaseHandingOver CaseState = "handing_over"
	CaseArrived     CaseState = "arrived"
	CaseCorrection  CaseState = "correction"
	CaseAccepted    CaseState = "accepted"
	CaseReview      CaseState = "review"
	CaseSpecial     CaseState = "special"
	CaseJoint       CaseState = "joint"
	CaseGranted     CaseState = "granted"
	CaseDenied      CaseState = "denied"
	CaseRefused     CaseState = "refused"
	CaseLapsed      CaseState = "lapsed"
	CaseWithdrawn   CaseState = "withdrawn"
	CaseTerminated  CaseState = "terminated"
	CaseVoid        CaseState = "void"
	CaseDelivered   CaseState = "delivered"
	CaseArchived    CaseState = "archived"
)

// CaseStates names the states in the order a case passes them.
var CaseStates = []struct {
	State CaseState
	Title string
}{
	{CaseReceived, "已收件"}, {CaseHandingOver, "移交中"}, {CaseArrived, "已到达"}, {CaseCorrection, "待补正"}, {CaseAccepted, "已受理"},
	{CaseReview, "审查中"}, {CaseSpecial, "特别程序"}, {CaseJoint, "联办中"}, {CaseGranted, "准予"}, {CaseDenied, "不予"},
	{CaseRefused, "不予受理"}, {CaseLapsed, "逾期未补正"}, {CaseWithdrawn, "已撤回"}, {CaseTerminated, "已终止"}, {CaseVoid, "已并案"},
	{CaseDelivered, "已送达"}, {CaseArchived, "已归档"},
}

// caseEnds are the terminal states; of them only lapsed can be reopened and
// delivered revoked, and all can be archived.
var caseEnds = []CaseState{CaseRefused, CaseLapsed, CaseWithdrawn, CaseTerminated, CaseVoid, CaseDelivered}

// Title is the state's Chinese name.
func (s CaseState) Title() string {
	for _, k := range CaseStates {
		if k.State == s {
			return k.Title
		}
	}
	return string(s)
}

// Open reports whether somebody still has to act.
func (s CaseState) Open() bool { return s != CaseArchived && !slices.Contains(caseEnds, s) }

// Undecided reports whether the case runs and nothing is decided yet.
func (s CaseState) Undecided() bool { return s.Open() && s != CaseGranted && s != CaseDenied }
