// Package replication moves journals up and feeds down.
//
// On a node an Uplink keeps three connections with one hub server, one each
// for the urgent lane, the bulk lane and blobs (replication.R4), so that bulk
// can never hold urgent up. On each lane it pushes the journal from the place
// the hub acknowledged, takes the feed behind its cursor, and beats. On a hub
// server a Downlink ends those sessions: it checks what it can, hands batches
// to a Proposer and feeds back what was decided.
//
// It keeps no state of its own that must survive: the journal, the cursor and
// the records are the node's store, the chains and feed rows the hub's state
// machine. Both are handed in as the small interfaces below.
package replication
