// Package web is the provincial console (省级管理台) of the hub: what reviewers,
// operators and auditors of the province see in a browser at any hub server.
// Pages are rendered here and work without script.
//
// It shows records and hands what people decide to the office (package hub),
// which takes the acts through Raft; it decides no rule and keeps no data but
// forms that wait for a new session. Who may see a page, and what stands around
// it, is protocol/console. It imports neither raft, bbolt nor sessions with
// nodes: Office and Reader say all it needs.
//
// Compatibility: addresses of pages stay, because people keep bookmarks.
package web
