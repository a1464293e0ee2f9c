package desk

import (
	"context"
	"strings"
	"sync"
	"time"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// Province answers about cases that this node does not hold (cases.md §4, W-09):
// it writes the question down first. It may be called from many goroutines and
// answers, or is Busy, within two seconds.
type Province interface {
	Look(ctx context.Context, q Question) (Sight, error)
}

// Question asks by a case's id, or by a key: a receipt or case number, or a
// person's fingerprint.
type Question struct {
	Case, Key, By, Purpose string
}

// Sight is what the province had when it answered, Age old then. The bodies are
// masked; it is shown to whoever asked and never kept.
type Sight struct {
	Server protocol.NodeID
	Index  uint64
	Age    time.Duration
	Cases  []protocol.Record
}

// Elsewhere looks a case up that is not here. Purpose says why, in a sentence; it
// stands in the province's record of the question.
func (d *Desk) Elsewhere(ctx context.Context, who *protocol.Account, id, purpose string) (Sight, error) {
	return d.look(ctx, who, Question{Case: id, Purpose: purpose})
}

// FindElsewhere looks cases up by a key: at most MaxInquiry of the whole province,
// those that are here among them.
func (d *Desk) FindElsewhere(ctx context.Context, who *protocol.Account, key, purpose string) (Sight, error) {
	return d.look(ctx, who, Question{Key: key, Purpose: purpose})
}

func (d *Desk) look(ctx context.Context, who *protocol.Account, q Question) (Sight, error) {
	if err := d.may(who, protocol.MayReadCases, ""); err != nil {
		return Sight{}, err
	}
	q.By, q.Purpose = By(who), strings.TrimSpace(q.Purpose)
	switch {
	case q.Purpose == "":
		return Sight{}, &protocol.Fault{Code: protocol.Refused, Op: "look elsewhere", Rule: "G-10", Text: "请写明查询用途;查询和用途会在省级登记"}
	case d.Province == nil:
		return Sight{}, protocol.NewFault(protocol.Busy, "look elsewhere", "暂时查不到其他地方的办件")
	case !d.asked.again(q.By, d.Store.Now()):
		return Sight{}, protocol.NewFault(protocol.Busy, "look elsewhere", "您一小时内已向省级查询 %d 次,请稍后再查;本地办件照常", maxAsked)
	}
	return d.Province.Look(ctx, q)
}

// maxAsked is how many questions a person has the province asked in an hour: twice
// what a busy window needs. Whoever tries numbers to learn whose cases there are
// comes no further (arts. 16, 45), and each question is a decision of the quorum.
const maxAsked = 120

// asked counts the questions of this hour, by account.
type asked struct {
	mu    sync.Mutex // guards the rest
	hour  protocol.Instant
	count map[string]int
}

// again counts one more; false when it is one too many.
func (a *asked) again(by string, now protocol.Instant) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if hour := now / protocol.Instant(time.Hour.Milliseconds()); a.count == nil || hour != a.hour {
		a.hour, a.count = hour, map[string]int{}
	}
	a.count[by]++
	return a.count[by] <= maxAsked
}

// away is what a request on a case elsewhere needs to know of it.
type away struct {
	rec           protocol.Record
	c             *protocol.Case // masked
	agency, title string
}

// fetchAway asks the province about a case that a request is about when it is not
// here; nil when it is, or when it is no case.
func (d *Desk) fetchAway(ctx context.Context, who *protocol.Account, on protocol.Ref, want string) (*away, error) {
	known := on.Kind != "case"
	err := d.Store.View(func(tx *store.ReadTx) (err error) {
		if !known {
			_, known, err = tx.Get(on)
		}
		return err
	})
	if err != nil || known {
		return nil, err
	}
	s, err := d.Elsewhere(ctx, who, on.ID, "代办请求:"+want)
	switch protocol.CodeOf(err) {
	case 0:
	case protocol.Denied, protocol.Refused, protocol.Gone:
		return nil, err
	default: // the province cannot be asked: the applicant need not wait for it
		d.Log.Info("case of another place not shown", "case", on.ID, "err", err)
		return nil, nil
	}
	if len(s.Cases) == 0 {
		return nil, orGone(nil, on)
	}
	c, err := protocol.Load[protocol.Case](s.Cases[0])
	if err != nil {
		return nil, err
	}
	return &away{s.Cases[0], c, c.Agency, c.ItemName + " " + c.ReceiptNo}, nil
}
