// Package quorum assembles a hub server's place in the Raft cluster.
package quorum
