// Package web is the window workbench (窗口工作台) of a node: what clerks,
// acceptors, deciders, editors, reviewers and the operator of a prefecture see
// in a browser. Pages are rendered here and work without script, with the hub
// or without it.
//
// It shows records and hands what people do to the desk (package desk); it
// decides no rule and keeps no data but forms that wait for a new session. Who
// may see a page, and what stands around it, is protocol/console.
//
//	handler, err := web.New(web.Config{Node: "yanbian", Sessions: sessions, Reader: reader, Desk: desk, Scans: scans, …})
//
// Compatibility: addresses of pages stay, because people keep bookmarks.
package web
