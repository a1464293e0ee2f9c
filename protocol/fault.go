package protocol

import (
	"errors"
	"fmt"
)

// Code numbers what went wrong. Codes travel: they are append-only and never
// change meaning (style.S5).
type Code uint16

// The closed list of fault codes (replication.md).
const (
	Unknown   Code = 1  // the outcome is unknown: ask again from the last acknowledged position
	Malformed Code = 2  // bytes that break the format
	TooBig    Code = 3  // over a declared limit
	Denied    Code = 4  // identity or right is missing
	Fenced    Code = 5  // an older epoch: another process or disk took over
	Twin      Code = 6  // a second live process with one identity
	Gap       Code = 7  // entries are missing before this one
	Fork      Code = 8  // two histories of one chain
	BadChain  Code = 9  // hash, body or chunk does not match
	BadSig    Code = 10 // a signature does not verify
	Frozen    Code = 11 // the lane waits for an operator
	Parked    Code = 12 // needs a newer feature level
	Busy      Code = 13 // try again shortly
	Full      Code = 14 // no room on a disk
	Stale     Code = 15 // the data is older than asked for
	Gone      Code = 16 // erased or never existed
	Internal  Code = 17 // a defect: the text stays in the log
	Refused   Code = 18 // a rule said no; Rule names it
)

var codeNames = [...]string{"", "unknown", "malformed", "toobig", "denied", "fenced", "twin", "gap", "fork",
	"badchain", "badsig", "frozen", "parked", "busy", "full", "stale", "gone", "internal", "refused"}

func (c Code) String() string {
	if int(c) < len(codeNames) && c > 0 {
		return codeNames[c]
	}
	return fmt.Sprintf("code(%d)", uint16(c))
}

// Fault is the one error that crosses a wire. Text is for the person who can
// act, Hint for the operator; Err stays on this side.
type Fault struct {
	Code Code   `json:"code"`
	Op   string `json:"op,omitempty"`
	Ref  Ref    `json:"ref,omitzero"`
	Pos  Pos    `json:"pos,omitzero"`
	Rule string `json:"rule,omitempty"`
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
	Err  error  `json:"-"`
}

func (f *Fault) Error() string {
	s := f.Code.String()
	if f.Op != "" {
		s = f.Op + ": " + s
	}
	if f.Rule != "" {
		s += " " + f.Rule
	}
	if f.Text != "" {
		s += ": " + f.Text
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap gives the cause on this side of the wire.
func (f *Fault) Unwrap() error { return f.Err }

// Is lets errors.Is compare faults by code: errors.Is(err, &Fault{Code: Gap}).
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code
}

// NewFault makes a fault of code with a text for the person who can act.
func NewFault(code Code, op, format string, args ...any) *Fault {
	return &Fault{Code: code, Op: op, Text: fmt.Sprintf(format, args...)}
}

// CodeOf gives the code of the fault in err's chain, Internal for any other
// error and 0 for nil.
func CodeOf(err error) Code {
	if err == nil {
		return 0
	}
	var f *Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return Internal
}

// Refusal is a rule's no. It is an answer, not an error: the act stays visible
// as work until a person closes it.
type Refusal struct {
	Rule string `json:"rule"` // "G-07", "C-02b", "K-11"
	Text string `json:"text"` // Chinese, says what to do next
}

func (r *Refusal) String() string { return r.Rule + " " + r.Text }

// Fault makes the refusal an error for callers that wait for one act.
func (r *Refusal) Fault(op string, ref Ref) *Fault {
	return &Fault{Code: Refused, Op: op, Ref: ref, Rule: r.Rule, Text: r.Text}
}

func refuse(rule, format string, args ...any) *Refusal {
	return &Refusal{Rule: rule, Text: fmt.Sprintf(format, args...)}
}
