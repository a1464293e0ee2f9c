package replication

import (
	"context"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// helloWait bounds the first exchange of a session.
const helloWait = 5 * time.Second

// hello is the first stream of every connection.
func (u *Uplink) hello(ctx context.Context, s link.Session, class wire.Class) (wire.Welcome, error) {
	h, err := u.introduce(class)
	if err != nil {
		return wire.Welcome{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, helloWait)
	defer cancel()
	st, err := s.OpenStream(ctx, 0)
	if err != nil {
		return wire.Welcome{}, err
	}
	defer st.Close()
	st.SetDeadline(time.Now().Add(helloWait))
	if err := wire.NewWriter(st).Send(h); err != nil {
		return wire.Welcome{}, err
	}
	welcome, err := wire.Receive[wire.Welcome](wire.NewReader(st))
	if err != nil {
		return wire.Welcome{}, u.unwelcome(err)
	}
	if len(welcome.Servers) > 0 {
		err = u.Servers.Learn(welcome.Servers)
	}
	return welcome, err
}

func (u *Uplink) introduce(class wire.Class) (wire.Hello, error) {
	h := wire.Hello{Origin: u.Node, Epoch: u.Local.Epoch(), Boot: u.Boot, Class: class, Build: u.Build, Feature: Feature,
		Clock: protocol.At(time.Now()), ClockErr: 1000, Line: u.Line}
	for _, lane := range protocol.Lanes {
		head, err := u.Local.Head(lane)
		if err != nil {
			return h, err
		}
		acked, err := u.Local.Acked(lane)
		if err != nil {
			return h, err
		}
		cursor, err := u.Local.Cursor(lane)
		if err != nil {
			return h, err
		}
		h.Heads, h.Acked, h.Cursors = append(h.Heads, head), append(h.Acked, acked), append(h.Cursors, cursor)
	}
	return h, nil
}

// unwelcome stops this place from acting when the hub says that another
// process or disk has taken over.
func (u *Uplink) unwelcome(err error) error {
	switch protocol.CodeOf(err) {
	case protocol.Fenced:
		return u.freeze(protocol.NewFault(protocol.Fenced, "hello", "本节点的身份已被新的接入取代,已转为只读;请核实后重新接入"))
	case protocol.Twin:
		u.doubled()
	case protocol.Fork:
		return u.freeze(protocol.NewFault(protocol.Fork, "hello", "本节点的日志与省级记录不一致,已转为只读;请联系省级管理员"))
	}
	return err
}

func (u *Uplink) freeze(f *protocol.Fault) error {
	if u.Local.Frozen() == nil {
		u.Log.Error("node frozen", "code", f.Code, "text", f.Text)
		if err := u.Local.Freeze(f); err != nil {
			return err
		}
	}
	return f
}

// Standing says how the hub's last place of a lane relates to our own journal.
type Standing uint8

// The rows of the table in replication.md §4.
const (
	Normal   Standing = iota + 1 // push from the hub's last place
	Restored                     // the hub came back from a backup: push again
	HubLost                      // the hub lost what it acknowledged: alarm, push again
	Holes                        // the hub wants lines that were trimmed
	Forked                       // two histories
)

// Compare places the hub's last line in our journal. floor is the lowest seq
// whose hash we still know.
func Compare(last, head, acked protocol.Pos, own protocol.Hash, known, newer bool) Standing {
	switch {
	case last.Seq > head.Seq:
		return Forked // we were restored from an old disk
	case last.Seq > 0 && known && own != last.Hash:
		return Forked
	case !known: // trimmed; even the place before the first line then
		return Holes
	case last.Seq < acked.Seq && newer:
		return Restored
	case last.Seq < acked.Seq:
		return HubLost
	}
	return Normal
}

// resume decides where to push from, before anything is sent: behind what both
// sides know to be decided. Lines that the hub took while its acknowledgement
// was lost go out once more, because only their acknowledgement tells what
// became of them (replication.R11, R12). With a Fork fault comes the own line
// where the hub has another.
func (u *Uplink) resume(lane protocol.Lane, w wire.Welcome) (protocol.Pos, error) {
	last := w.Last.Of(lane)
	head, err := u.Local.Head(lane)
	if err != nil {
		return last, err
	}
	acked, err := u.Local.Acked(lane)
	if err != nil {
		return last, err
	}
	own, known, err := u.Local.Hash(lane, last.Seq)
	if err != nil {
		return last, err
	}
	cursor, err := u.Local.Cursor(lane)
	if err != nil {
		return last, err
	}
	fork := head
	if last.Seq <= head.Seq {
		fork = protocol.Pos{Epoch: head.Epoch, Lane: lane, Seq: last.Seq, Hash: own}
	}
	standing := Compare(last, head, acked, own, known, w.Generation > cursor.Generation)
	from := last
	if standing == Normal && last.Seq > acked.Seq { // an acknowledgement was lost
		from = acked
	}
	if standing == Forked {
		from = fork
	}
	return from, u.settle(standing, lane, last, acked)
}

func (u *Uplink) settle(standing Standing, lane protocol.Lane, last, acked protocol.Pos) error {
	switch standing {
	case Forked:
		f := protocol.NewFault(protocol.Fork, "resume "+lane.String(), "本节点的日志与省级记录不一致(可能由旧磁盘恢复),已转为只读;请联系省级管理员")
		f.Pos = last
		return u.freeze(f)
	case Holes:
		f := alarm(protocol.Gap, "§4", "保留本机数据目录,由省级管理员处理缺口", "省级缺少本节点第 %d 条以后的日志,而本地保留的日志从更后面开始;请联系省级管理员", last.Seq)
		f.Pos = last
		u.raise(alarmHoles+" "+lane.String(), f)
		return f
	case HubLost:
		f := alarm(protocol.Stale, "§4", "核对省级各服务器的数据;本节点已自动重发", "省级丢失了已确认的第 %d 至 %d 条,本节点正在重发;请通知省级管理员", last.Seq+1, acked.Seq)
		f.Pos = last
		u.raise(alarmHubLost+" "+lane.String(), f)
	case Normal:
		u.lower(alarmHoles + " " + lane.String())
	case Restored:
		u.Log.Warn("hub was restored, pushing entries again", "lane", lane, "hub", last.Seq, "acked", acked.Seq)
	}
	return nil
}

func creditOf(w wire.Welcome, lane protocol.Lane) int64 {
	for _, c := range w.Credits {
		if c.Lane == lane {
			return c.Bytes
		}
	}
	return 0
}
