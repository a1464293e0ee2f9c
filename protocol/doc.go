// Package protocol is the shared language of a province: identities, entries,
// kinds of record with their judges, the working-day calendar, check digits,
// divisions and faults. Hub and node import it; it imports only the standard
// library, reads no clock, draws no randomness and does no I/O.
//
// A kind of record is one file here. It says what the record is, which acts
// change it, who may write it next (home), who reads it (audience) and which
// article of 吉政发〔2019〕4号 it serves. The same judge gives a window clerk
// instant feedback on a node and decides in the hub.
//
// Compatibility: names of kinds, acts, fault codes and rule ids travel and are
// never reused. A released rule is frozen; a change is a new branch at a new
// level.
package protocol
