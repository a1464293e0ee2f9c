package replication

import (
	"maps"
	"slices"
	"time"

	"xiangyun/protocol"
)

// What an Uplink raises alarms about; lanes have their own.
const (
	alarmHoles    = "holes"    // replication.md §4
	alarmHubLost  = "hublost"  // replication.md §4
	alarmSnapshot = "snapshot" // replication.T4
	alarmTwin     = "twin"     // replication.F4
)

// raise tells people what does not mend itself, until it is lowered. Each is
// logged once.
func (u *Uplink) raise(what string, f *protocol.Fault) {
	u.mu.Lock()
	_, known := u.alarms[what]
	if u.alarms == nil {
		u.alarms = make(map[string]*protocol.Fault)
	}
	u.alarms[what] = f
	u.mu.Unlock()
	if !known {
		u.Log.Error("alarm", "about", what, "code", f.Code, "pos", f.Pos, "text", f.Text)
	}
}

func (u *Uplink) lower(what string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.alarms, what)
}

// listed is called with mu held.
func (u *Uplink) listed() (list []*protocol.Fault) {
	for _, what := range slices.Sorted(maps.Keys(u.alarms)) {
		list = append(list, u.alarms[what])
	}
	return list
}

func alarm(code protocol.Code, rule, hint, format string, args ...any) *protocol.Fault {
	f := protocol.NewFault(code, "uplink", format, args...)
	f.Rule, f.Hint = rule, hint
	return f
}

// twinPatience is longer than a hub holds a place for a process that crashed,
// so that a plain restart is no alarm.
const twinPatience = 15 * time.Second

// doubled notes that another process speaks for this node.
func (u *Uplink) doubled() {
	u.mu.Lock()
	if u.twinSince.IsZero() {
		u.twinSince = time.Now()
	}
	long := time.Since(u.twinSince) >= twinPatience
	u.mu.Unlock()
	if long {
		u.raise(alarmTwin, alarm(protocol.Twin, "F4", "停掉多余的副本;分不清时用新令牌重新接入其中一个",
			"本节点有两个程序同时运行,本机已被省级拒绝;请停掉多余的一个"))
	}
}

// alone ends that.
func (u *Uplink) alone() {
	u.lower(alarmTwin)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.twinSince = time.Time{}
}
