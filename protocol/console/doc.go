// Package console is what the two consoles of a province have in common, the
// node's 窗口工作台 and the hub's 省级管理台: logging in and out, who may open
// which page, the words for states and acts, and the pages about records that
// both serve (catalogue, items). What looks the same comes from protocol/page.
//
// It is not a console: node/web and hub/web register their pages with a Console
// and hand in what they read from. It writes no record and decides no rule.
//
//	c, err := console.New(console.Config{Product: …, At: "yanbian", Gate: gate, Records: reader, …})
//	c.Handle("GET /cases/{id}", protocol.MayReadCases, w.showCase)
//	server.Handler = c.Handler()
//
// Every page names the one right it needs; a page without a right cannot be
// registered. Every form is shown by a GET of the address it posts to: that is
// how a form finds its way back when the session ended while it was filled in.
package console
