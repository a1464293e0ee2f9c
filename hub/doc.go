// Package hub wires one server of the provincial hub: Raft and its state
// machine, the sessions of nodes, the API and the console.
//
// Acts of nodes and of the hub itself take one way: they are handed to the
// Proposer, which merges them into Raft entries at the leader; a server that
// is not the leader forwards them. What was decided is read from the state
// machine and fed to the nodes.
package hub
