package protocol

// Enrolment is a one-use token that lets one process join: a node of a
// prefecture or a server of the hub. Only the hash of its secret is kept; it is
// bound to the first key that uses it, so that a lost answer may be asked for
// again with the same key and a copy of the token is worth nothing.
//
//	– ─issue→ issued ─use→ used
//	           └─cancel→ cancelled
type Enrolment struct {
	Role    string  `json:"role"`    // RoleNode or RoleServer
	Subject NodeID  `json:"subject"` // the node or hub server that may join with it
	Secret  Hash    `json:"secret"`  // SHA-256 of the token's secret
	Expires Instant `json:"expires"`
	State   string  `json:"state"`
	Key     Hash    `json:"key,omitzero"`
	Used    Instant `json:"used,omitzero"`
	Rest
}

// Roles a token may be for, and states of a token.
const (
	RoleNode   = "node"
	RoleServer = "hub"

	TokenIssued    = "issued"
	TokenUsed      = "used"
	TokenCancelled = "cancelled"
)

var _ = Define("enrolment", Spec[Enrolment]{
	Title: "接入令牌", English: "enrolment token", Lane: Urgent,
	Acts:     map[Act]Judge[Enrolment]{"issue": issueToken, "use": useToken, "cancel": cancelToken},
	Home:     func(*Enrolment) NodeID { return Hub },
	Audience: func(*Enrolment) Audience { return Only() },
	Terms: func(t *Enrolment) Terms {
		return Terms{Title: string(t.Subject), State: t.State, Facets: []Facet{{"role", t.Role}}}
	},
})

func issueToken(old, want *Enrolment, h *Header, _ View) (*Enrolment, *Refusal) {
	next := Enrolment{Role: want.Role, Subject: want.Subject, Secret: want.Secret, Expires: want.Expires,
		State: TokenIssued, Rest: want.Rest}
	switch {
	case old != nil:
		return nil, refuse("G-07", "令牌编号已使用")
	case next.Role != RoleNode && next.Role != RoleServer:
		return nil, refuse("G-09", "令牌用途不明")
	case next.Subject.Validate() != nil || next.Secret.IsZero():
		return nil, refuse("G-09", "令牌内容不全")
	case next.Expires <= h.At:
		return nil, refuse("G-09", "令牌有效期已过")
	}
	return &next, nil
}

func useToken(old, want *Enrolment, h *Header, _ View) (*Enrolment, *Refusal) {
	switch {
	case old == nil || old.State == TokenCancelled:
		return nil, refuse("E-token-a", "令牌不存在或已作废,请向省级管理员另要一个")
	case old.State == TokenUsed:
		return nil, refuse("E-token-b", "令牌已被使用,请向省级管理员另要一个")
	case h.At > old.Expires:
		return nil, refuse("E-token-c", "令牌已过期,请向省级管理员另要一个")
	case want.Key.IsZero():
		return nil, refuse("G-09", "缺少公钥")
	}
	next := *old
	next.State, next.Key, next.Used = TokenUsed, want.Key, h.At
	return &next, nil
}

func cancelToken(old, _ *Enrolment, _ *Header, _ View) (*Enrolment, *Refusal) {
	if old == nil || old.State != TokenIssued {
		return nil, refuse("G-07", "只有未使用的令牌可以作废")
	}
	next := *old
	next.State = TokenCancelled
	return &next, nil
}
