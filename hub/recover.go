package hub

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"xiangyun/hub/fsm"
	"xiangyun/hub/quorum"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// Recovery is what a surviving server found when a quorum was lost for ever,
// and where it stands afterwards (pitfalls.R12).
type Recovery struct {
	Self       protocol.NodeID   `json:"self"`
	Lost       []protocol.NodeID `json:"lost"` // servers that are given up
	Index      uint64            `json:"index"`
	Generation uint64            `json:"generation"` // after it; before it while nothing is done
}

// Phrase is what the operator types: it names the servers that are given up, so
// that nobody gives up one that only sleeps.
func (r Recovery) Phrase() string {
	names := make([]string, len(r.Lost))
	for i, id := range r.Lost {
		names[i] = string(id)
	}
	return "放弃" + strings.Join(names, ",")
}

// Recover makes the server in dir, which must not run, the only one of the hub.
// With another phrase than Recovery.Phrase it changes nothing and is denied;
// what it found is given either way. The generation rises, so that nodes push
// again what this server never heard of and take the state anew (replication
// §4). Done again after a crash it comes to the same.
func Recover(dir, phrase string, log *slog.Logger) (r Recovery, err error) {
	bundle, err := identity.LoadBundle(filepath.Join(dir, secretDir))
	if err != nil {
		return r, fmt.Errorf("recover hub: %w", err)
	}
	holder, err := identity.NewHolder(bundle, time.Now)
	if err != nil {
		return r, fmt.Errorf("recover hub: %w", err)
	}
	r.Self = holder.Self().ID
	var broken error // why the state machine cannot go on; it panics after it said so
	defer func() {
		if p := recover(); p != nil && broken == nil {
			panic(p)
		} else if p != nil {
			err = fmt.Errorf("recover hub: %w", broken)
		}
	}()
	state, err := fsm.Open(filepath.Join(dir, stateDir), fsm.Options{Log: log, Server: string(r.Self), Outvoted: 2, Fatal: func(err error) { broken = err }})
	if err != nil {
		return r, fmt.Errorf("open state: %w", err)
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	past, err := quorum.OpenOffline(r.Self, filepath.Join(dir, raftDir), state.Applied().Get(), log)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, past.Close()) }()
	return r, r.run(past, state, phrase)
}

func (r *Recovery) run(past *quorum.Offline, state *fsm.FSM, phrase string) error {
	r.Index, r.Generation = past.Last(), state.Generation()
	for _, m := range past.Members() {
		if m.ID != r.Self {
			r.Lost = append(r.Lost, m.ID)
		}
	}
	switch {
	case len(r.Lost) == 0:
		return &protocol.Fault{Code: protocol.Refused, Op: "recover", Rule: "R12", Text: fmt.Sprintf("集群只有 %s 一台服务器,没有可放弃的", r.Self), Hint: "直接用 xiangyun hub serve 启动"}
	case phrase != r.Phrase():
		return &protocol.Fault{Code: protocol.Refused, Op: "recover", Rule: "R12", Text: "确认语不符,什么都没有改变",
			Hint: fmt.Sprintf("确知 %s 的磁盘都已永远找不回来,再加上 --confirm '%s'", strings.TrimPrefix(r.Phrase(), "放弃"), r.Phrase())}
	}
	err := past.GoOnAlone(fsm.Renewed{FSM: state})
	r.Generation = state.Generation()
	return err
}
