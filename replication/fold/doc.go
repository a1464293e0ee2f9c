// Package fold applies judged entries to records inside one bbolt transaction.
//
// Hub and node share it: on a node it completes the drafts of people at a
// window, in the hub it decides about entries of every origin. It belongs to
// the pure set: given the same database and the same entries it does the same
// on every machine, so it reads no clock, draws no randomness and never ranges
// over a map.
//
// What it is not: it does not check chains (hub/fsm does, replication.A2 to
// A7), it does not write journals (replication/journal does), and it does not
// decide who is told (the audience of each change is handed back).
//
// Formats: records are stored as protocol/wire records in a checked envelope;
// they stay readable over releases (golden files of protocol/wire).
package fold
