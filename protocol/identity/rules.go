package identity

import "slices"

// Protocols of the province, as ALPN names. The list is open: a name that is
// not here may be spoken between hub servers only, until ruleOf says otherwise.
const (
	ALPNRaft   = "xy-raft/1"
	ALPNGossip = "xy-gossip/1"
	ALPNSync   = "xy-sync/1"
	ALPNEnroll = "xy-enroll/1"
)

// rule says who may stand at which end of a protocol (pitfalls.Q9).
type rule struct {
	server []Role
	client []Role
	open   bool // a client may come without a certificate, or with an expired one to renew it
}

func ruleOf(alpn string) rule {
	hub := []Role{RoleHub}
	switch alpn {
	case ALPNSync: // replication.R4: the node dials, always; hub servers fetch blobs from each other
		return rule{server: hub, client: []Role{RoleHub, RoleNode}}
	case ALPNEnroll:
		return rule{server: hub, client: []Role{RoleHub, RoleNode}, open: true}
	}
	return rule{server: hub, client: hub}
}

func (r rule) mayServe(role Role) bool { return slices.Contains(r.server, role) }
func (r rule) mayDial(role Role) bool  { return slices.Contains(r.client, role) }

// OpenToStrangers reports whether a client of alpn may come without a valid
// certificate. What such a session asks for is the hub's to judge.
func OpenToStrangers(alpn string) bool { return ruleOf(alpn).open }
