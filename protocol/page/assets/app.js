// Keys and live refresh. Every page works without this file. It writes no markup
// from strings: the policy forbids it (trusted-types 'none').
(function () {
  "use strict";
  var body = document.body;
  var all = function (sel, root) { return Array.prototype.slice.call((root || document).querySelectorAll(sel)); };
  var one = function (sel) { return document.querySelector(sel); };

  // ---- forms: one press is one submission; the button comes back after 5 s
  document.addEventListener("submit", function (e) {
    var f = e.target;
    if (!f.hasAttribute("data-once")) return;
    if (f.dataset.sent) { e.preventDefault(); return; }
    f.dataset.sent = "1";
    var again = function () { delete f.dataset.sent; };
    setTimeout(again, 5000);
    window.addEventListener("pageshow", again, { once: true });
  });
  var wrong = one("[data-focus]");
  if (wrong) wrong.focus();
  var hint = one(".keyhint");
  if (hint) hint.hidden = false;

  // ---- keys
  var typing = function (e) {
    var t = e.target;
    return e.isComposing || e.keyCode === 229 || t.isContentEditable || t.tagName === "TEXTAREA" || t.tagName === "SELECT" ||
      t.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(t.type);
  };
  var press = function (sel) {
    var el = all(sel).filter(function (x) { return !x.disabled && x.offsetParent !== null; })[0];
    if (!el) return false;
    if (el.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) el.focus(); else el.click();
    return true;
  };
  var row = function (step) {
    var rows = all("[data-rows] tbody tr");
    if (!rows.length) return false;
    var at = rows.findIndex(function (r) { return r.classList.contains("here"); });
    var to = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    rows.forEach(function (r) { r.classList.toggle("here", r === to); });
    var target = to.querySelector("a, input, button");
    if (target) target.focus(); else to.scrollIntoView({ block: "nearest" });
    return true;
  };
  var dialog = one("#keys");
  var help = function () {
    if (!dialog || !dialog.showModal) return false;
    var list = dialog.querySelector("dl");
    all("[data-added]", list).forEach(function (x) { x.remove(); });
    all("[data-hotkey]").forEach(function (el) {
      var div = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd"), kbd = document.createElement("kbd");
      kbd.textContent = el.dataset.hotkey;
      dd.textContent = (el.getAttribute("aria-label") || el.textContent).trim();
      dt.append(kbd); div.append(dt, dd); div.dataset.added = ""; list.append(div);
    });
    dialog.showModal();
    return true;
  };
  var back = function () {
    var open = one("details.menu[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); return true; }
    return press("[data-back]");
  };
  var going = 0;
  var act = function (e) {
    var k = e.key;
    if (going && Date.now() - going < 1500) { going = 0; return press('[data-go="' + CSS.escape(k) + '"]'); }
    going = 0;
    switch (k) {
      case "/": return press("[data-search]");
      case "?": return help();
      case "Escape": return back();
    }
    if (press('[data-hotkey="' + CSS.escape(k) + '"]')) return true;
    switch (k) {
      case "g": going = Date.now(); return true;
      case "j": return row(1);
      case "k": return row(-1);
      case "p": window.print(); return true;
    }
    return false;
  };
  document.addEventListener("keydown", function (e) {
    if (dialog && dialog.open) return;
    if (e.key === "Enter" && e.ctrlKey && !e.isComposing) {
      var f = e.target.form || one("form[data-once]:not(.drop form)");
      var b = f && f.querySelector("button:not([type=button]):not(:disabled)");
      if (b) { e.preventDefault(); f.requestSubmit(b); }
      return;
    }
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    if (typing(e)) {
      if (e.key === "Escape" && !e.isComposing && e.keyCode !== 229) e.target.blur();
      return;
    }
    if (act(e)) e.preventDefault();
  });

  // ---- live refresh: an element with an id and data-refresh="seconds" is replaced
  // by itself from the same page, or from data-refresh-from
  if (!body.hasAttribute("data-live")) return;
  var stale = null;
  var warn = function (on) {
    if (on && !stale) {
      stale = document.createElement("div");
      stale.className = "message is-warn stale";
      stale.setAttribute("role", "status");
      stale.textContent = body.dataset.stale;
      one("main").append(stale);
    } else if (!on && stale) { stale.remove(); stale = null; }
  };
  var busy = function (el) {
    var a = document.activeElement;
    if (el.contains(a) && a.matches("input:not([type=checkbox]), textarea, select")) return true;
    return all("input, textarea, select", el).some(function (x) {
      if (x.type === "checkbox" || x.type === "radio") return x.checked !== x.defaultChecked;
      return "defaultValue" in x && x.value !== x.defaultValue;
    });
  };
  var swap = function (el, fresh) {
    var a = document.activeElement, mark = null;
    if (el.contains(a)) mark = a.id ? "#" + CSS.escape(a.id) : a.getAttribute("href") && '[href="' + CSS.escape(a.getAttribute("href")) + '"]';
    var here = all("tr", el).findIndex(function (r) { return r.classList.contains("here"); });
    fresh = document.importNode(fresh, true);
    el.replaceWith(fresh);
    var r = here >= 0 && all("tr", fresh)[here];
    var f = mark && fresh.querySelector(mark);
    if (f) { f.focus({ preventScroll: true }); r = f.closest("tr") || r; }
    if (r) r.classList.add("here");
  };
  var same = function (a, b) {
    a = a.cloneNode(true);
    all(".here", a).forEach(function (x) { x.classList.remove("here"); if (!x.className) x.removeAttribute("class"); });
    return a.isEqualNode(b);
  };
  var load = function (from, done) {
    var x = new XMLHttpRequest(); // its responseType "document" needs no markup from strings
    x.open("GET", from);
    x.responseType = "document";
    x.timeout = 20000;
    x.setRequestHeader("Xy-Refresh", "1");
    x.onload = function () { done(x.status === 200 ? x.response : null); };
    x.onerror = x.ontimeout = function () { done(null); };
    x.send();
  };
  var pages = {}; // address → {every: seconds, due: time, ids}
  all("[data-refresh][id]").forEach(function (el) {
    var from = el.dataset.refreshFrom || location.pathname + location.search;
    var every = Math.max(2, Number(el.dataset.refresh) || 30);
    var p = pages[from] || (pages[from] = { every: every, ids: [], failed: 0 });
    p.every = Math.min(p.every, every);
    p.ids.push(el.id);
    p.due = Date.now() + p.every * 1000;
  });
  var failing = function () { return Object.keys(pages).some(function (k) { return pages[k].failed > 1; }); };
  var tick = function (from, p) {
    if (document.hidden || p.loading || Date.now() < p.due) return;
    p.loading = true;
    load(from, function (doc) {
      p.loading = false;
      var got = !!doc;
      p.ids.forEach(function (id) {
        var el = document.getElementById(id), fresh = doc && doc.getElementById(id);
        if (!fresh) got = false;
        else if (el && !busy(el) && !same(el, fresh)) swap(el, fresh);
      });
      p.failed = got ? 0 : p.failed + 1;
      p.due = Date.now() + p.every * 1000 * Math.min(8, 1 + p.failed);
      warn(failing());
    });
  };
  setInterval(function () { Object.keys(pages).forEach(function (from) { tick(from, pages[from]); }); }, 500);
})();
