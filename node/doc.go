// Package node wires one node of the province: its store, its sessions with
// the hub, the desk, the API and the workbench. It serves with or without the
// hub; it dials out only.
package node
