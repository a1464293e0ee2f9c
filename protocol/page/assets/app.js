// Keys, live refresh and forms that keep themselves. Every page works without
// this file. It writes no markup from strings: the policy forbids it
// (trusted-types 'none'); answers are read as parsed documents.
(function () {
  "use strict";
  var body = document.body;
  var all = function (sel, root) { return Array.prototype.slice.call((root || document).querySelectorAll(sel)); };
  var one = function (sel, root) { return (root || document).querySelector(sel); };
  var make = function (tag, text) { var el = document.createElement(tag); if (text) el.textContent = text; return el; };

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
  if (hint) { hint.hidden = false; body.classList.add("keyed"); } // buttons show their keys
  var tick = function (el) { all("input[type=checkbox]", el.closest("table")).forEach(function (x) { if (x !== el) x.checked = el.checked; }); };
  document.addEventListener("change", function (e) { if (e.target.matches("[data-all]")) tick(e.target); });

  // ---- keys
  var composing = function (e) { return e.isComposing || e.keyCode === 229; };
  var typing = function (e) {
    var t = e.target;
    return composing(e) || t.isContentEditable || t.tagName === "TEXTAREA" || t.tagName === "SELECT" ||
      t.tagName === "INPUT" && !/^(checkbox|radio|button|submit|file)$/.test(t.type);
  };
  var seen = function (x) { return !x.disabled && (x.checkVisibility ? x.checkVisibility() : x.offsetParent !== null); };
  var keep = null; // the form that keeps itself, below
  var press = function (sel) {
    // A form that keeps itself is submitted once what was just typed is checked,
    // or says what is missing: its button may be disabled until then.
    var kept = function (x) { return keep && x.form === keep.form && x.matches("button.primary"); };
    var el = all(sel).filter(function (x) { return seen(x) || kept(x); })[0];
    if (!el) return false;
    if (kept(el)) { keep.submit(); return true; }
    if (el.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) el.focus(); else el.click();
    return true;
  };
  // A row is walked by j and k: of a table, or a line of a form.
  var rowsOf = function () { var lines = all("[data-line] fieldset"); return lines.length ? lines : all("[data-rows] tbody tr"); };
  var into = function (r) { return one("input:checked", r) || one("input:not([type=hidden]), a, button", r); };
  var row = function (step) {
    var rows = rowsOf();
    if (!rows.length) return false;
    var at = rows.findIndex(function (r) { return r.contains(document.activeElement); });
    if (at < 0) at = rows.findIndex(function (r) { return r.classList.contains("here"); });
    var to = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    rows.forEach(function (r) { r.classList.toggle("here", r === to); });
    var target = to.tagName === "TR" ? one("a", to) || into(to) : into(to);
    if (target) target.focus(); else to.scrollIntoView({ block: "nearest" });
    return true;
  };
  // Space answers a line: the first choice, then the second, then the first.
  var toggle = function (radio) {
    var group = all("input[type=radio]", radio.closest("fieldset"));
    var next = group[0].checked && group[1] ? group[1] : group[0];
    next.checked = true;
    next.focus();
    next.dispatchEvent(new Event("change", { bubbles: true }));
  };
  var lineOf = function (el) { return el && el.closest && el.closest("[data-line]"); };
  var choose = function () {
    var line = lineOf(document.activeElement) || one("[data-line].here, #lines [data-line]");
    var file = line && one("input[type=file]", line);
    if (!file) return false;
    file.click();
    return true;
  };
  var dialog = one("#keys");
  var help = function () {
    if (!dialog || !dialog.showModal) return false;
    var list = one("dl", dialog), named = {};
    all("[data-added]", list).forEach(function (x) { x.remove(); });
    all("[data-hotkey]").filter(seen).forEach(function (el) {
      if (named[el.dataset.hotkey]) return;
      named[el.dataset.hotkey] = true;
      var div = make("div"), dt = make("dt"), dd = make("dd", (el.getAttribute("aria-label") || el.textContent).trim());
      dt.append(make("kbd", el.dataset.hotkey)); div.append(dt, dd); div.dataset.added = ""; list.append(div);
    });
    dialog.showModal(); // which goes to the first button, the last thing of a long list
    dialog.scrollTop = 0;
    return true;
  };
  var back = function () {
    var open = one("details.menu[open]");
    if (open) { open.open = false; one("summary", open).focus(); return true; }
    return press("[data-back]");
  };
  var menu = function () {
    var acts = all("[data-acts] a, [data-acts] button").filter(seen);
    if (!acts.length) return false;
    var at = acts.indexOf(document.activeElement);
    acts[(at + 1) % acts.length].focus();
    return true;
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
      case ".": if (menu()) return true; break;
      case " ":
        if (e.target.type === "radio" && lineOf(e.target)) { toggle(e.target); return true; }
        return false;
      case "u": if (choose()) return true; break;
    }
    if (press('main [data-hotkey="' + CSS.escape(k) + '"]') || press('[data-hotkey="' + CSS.escape(k) + '"]')) return true;
    switch (k) {
      case "g": going = Date.now(); return true;
      case "j": return row(1);
      case "k": return row(-1);
      case "p": window.print(); return true;
    }
    return false;
  };
  var confirm = function (f) {
    var b = f && (one("button.primary:not(:disabled)", f) || one("button:not([type=button]):not(:disabled)", f));
    if (keep && f === keep.form) { keep.submit(); return true; }
    if (b) f.requestSubmit(b);
    return !!b;
  };
  // Enter in a form that keeps itself goes on to the next field, as people who
  // type columns of them expect, and a card reader's Enter submits nothing.
  var onward = function (el) {
    var list = all("input:not([type=hidden]):not([type=file]), select, textarea, summary", el.form).filter(function (x) {
      return seen(x) && (x.type !== "radio" || x.checked || !one("input[type=radio]:checked", x.closest("fieldset")) && x === one("input[type=radio]", x.closest("fieldset")));
    }).filter(function (x) { return x.tagName !== "SUMMARY"; });
    var to = list[list.indexOf(el) + 1];
    if (to) to.focus();
  };
  document.addEventListener("keydown", function (e) {
    if (dialog && dialog.open) return;
    if (e.key === "Enter" && e.ctrlKey && !composing(e)) {
      if (confirm(e.target.form || one("form[data-once]:not(.drop form)"))) e.preventDefault();
      return;
    }
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    if (typing(e)) {
      if (composing(e)) return;
      if (e.key === "Escape") e.target.blur();
      if (e.key === "Enter" && e.target.tagName === "INPUT" && e.target.form) {
        if (keep && e.target.form === keep.form) { e.preventDefault(); onward(e.target); }
        else if (e.target.form.dataset.typing && found.open(e.target)) e.preventDefault();
      }
      if (e.key === "ArrowDown" && e.target.form && e.target.form.dataset.typing) { e.preventDefault(); row(1); }
      return;
    }
    if (e.key === "Enter" && e.target.type === "radio" && keep && e.target.form === keep.form) { e.preventDefault(); return; }
    if (act(e)) e.preventDefault();
  });

  // ---- parts of a page are replaced by what the server says of them now
  var ask = function (method, to, data, done) {
    var x = new XMLHttpRequest(); // its responseType "document" needs no markup from strings
    x.open(method, to);
    x.responseType = "document";
    x.timeout = 20000;
    if (method === "GET") x.setRequestHeader("Xy-Refresh", "1");
    x.onload = function () { done(x.status === 200 ? x.response : null, x.status); };
    x.onerror = x.ontimeout = function () { done(null, 0); };
    x.send(data || null);
    return x;
  };
  var swap = function (el, fresh) {
    var a = document.activeElement, mark = null;
    if (el.contains(a)) mark = a.id ? "#" + CSS.escape(a.id) : a.getAttribute("href") && '[href="' + CSS.escape(a.getAttribute("href")) + '"]';
    var here = all("tr", el).findIndex(function (r) { return r.classList.contains("here"); });
    var opened = all("details", el).map(function (d) { return d.open; });
    fresh = document.importNode(fresh, true);
    all("details", fresh).forEach(function (d, i) { if (opened[i]) d.open = true; });
    el.replaceWith(fresh);
    var r = here >= 0 && all("tr", fresh)[here];
    var f = mark && one(mark, fresh);
    if (f) { f.focus({ preventScroll: true }); r = f.closest("tr") || r; }
    if (r) r.classList.add("here");
  };
  var same = function (a, b) {
    a = a.cloneNode(true);
    all(".here", a).concat(a).forEach(function (x) { x.classList.remove("here"); if (!x.className) x.removeAttribute("class"); });
    all("details", a).forEach(function (d, i) { d.open = all("details", b)[i] ? all("details", b)[i].open : d.open; });
    return a.isEqualNode(b);
  };

  // What was printed from the page is noted where its file is (data-printed).
  var paper = one("[data-printed]");
  if (paper) window.addEventListener("beforeprint", function () { ask("GET", paper.dataset.printed, null, function () {}); }, { once: true });

  // ---- a list that follows what is typed: form[data-typing="id of the list"]
  var found = { open: function () { return false; } };
  (function () {
    var form = one("form[data-typing]");
    if (!form) return;
    var timer = 0, shown = location.search, wanted = null, pending = null, then = null;
    var address = function () { return location.pathname + "?" + new URLSearchParams(new FormData(form)).toString(); };
    var look = function () {
      var to = address();
      if (pending) pending.abort();
      pending = ask("GET", to, null, function (doc) {
        pending = null;
        var el = document.getElementById(form.dataset.typing), fresh = doc && doc.getElementById(form.dataset.typing);
        if (el && fresh) { swap(el, fresh); shown = to; history.replaceState(null, "", to); if (pages && pages.move) pages.move(to); }
        if (then) { var go = then; then = null; go(); }
      });
    };
    form.addEventListener("input", function () { wanted = address(); clearTimeout(timer); timer = setTimeout(look, 120); });
    // Enter opens the first of what was typed, once it is shown.
    found.open = function () {
      var first = function () {
        var a = one("#" + CSS.escape(form.dataset.typing) + " tbody a");
        if (a) a.click();
      };
      if (wanted === null || wanted === shown) { if (wanted === null && !form.elements.q.value) return false; first(); return true; }
      clearTimeout(timer);
      then = first;
      look();
      return true;
    };
  })();

  // ---- a form that keeps itself: form[data-keep] is sent as it stands, the server
  // keeps it as a draft, checks it, and says what is missing
  (function () {
    var form = one("form[data-keep]");
    if (!form) return;
    var version = 0, sent = 0, since = 0, timer = 0, flying = null, files = 0, then = null, kept = false;
    var say = function (text) { var p = one("#saved"); if (p) { p.textContent = text; p.classList.add("is-warn"); } };
    var values = function () {
      var data = new URLSearchParams();
      new FormData(form).forEach(function (v, k) { if (typeof v === "string") data.append(k, v); });
      data.append("act", "live");
      return data;
    };
    var show = function (doc) {
      all("[data-part]", form).forEach(function (el) {
        var fresh = doc.getElementById(el.id);
        if (!fresh || same(el, fresh) || files && el.contains(one("[data-flying]", el))) return;
        swap(el, fresh);
      });
    };
    var push = function () {
      clearTimeout(timer);
      if (flying) return;
      since = 0;
      var of = version;
      flying = ask("POST", form.action, values(), function (doc, status) {
        flying = null;
        if (doc && one("form[data-keep]", doc)) {
          sent = of;
          if (!kept) { kept = true; history.replaceState(null, "", form.dataset.address); }
          if (of === version) show(doc); else plan(300);
        } else {
          say(status === 401 ? form.dataset.ended : form.dataset.lost);
          timer = setTimeout(push, 2000);
        }
        if (of === version && then) { var go = then; then = null; go(); }
      });
    };
    var plan = function (wait) {
      since = since || Date.now();
      clearTimeout(timer);
      timer = setTimeout(push, Math.max(0, Math.min(wait, since + 1800 - Date.now())));
    };
    var touch = function (wait) { version++; plan(wait); };
    form.addEventListener("input", function (e) { if (e.target.type !== "file") touch(400); });
    form.addEventListener("change", function (e) {
      if (e.target.type === "file") { all2(e.target.files, function (f) { upload(lineOf(e.target), f); }); e.target.value = ""; return; }
      touch(60);
    });
    window.addEventListener("pagehide", function () { if (version > sent && !form.dataset.sent) navigator.sendBeacon(form.action, values()); });
    var submit = function () {
      var b = one("button.primary", form);
      if (b && !b.disabled) { form.requestSubmit(b); return; }
      var why = one("#blocked");
      if (why) why.focus();
    };
    keep = { form: form, submit: function () {
      if (version === sent && !flying && !files) { submit(); return; }
      then = function () { if (version > sent) { then = submit; push(); } else submit(); };
      push();
    } };

    // files: chosen, dropped or pasted; each is sent at once
    var all2 = function (list, fn) { Array.prototype.forEach.call(list, fn); };
    var upload = function (line, file) {
      if (!line) return;
      var li = make("li", file.name + " "), bar = make("progress"), name = line.dataset.line;
      li.dataset.flying = "";
      bar.max = 1; bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      li.append(bar);
      one("[data-uploads]", line).append(li);
      files++;
      var data = new FormData();
      data.append("act", "upload");
      data.append("nonce", form.elements.nonce.value);
      data.append("file-" + name, file);
      var x = new XMLHttpRequest(), over = function () { files--; delete li.dataset.flying; };
      x.open("POST", form.action);
      x.responseType = "json";
      x.upload.onprogress = function (e) { if (e.lengthComputable) bar.value = e.loaded / e.total; };
      x.onload = function () {
        if (x.status !== 200 || !x.response || !x.response.id) { failed(x.response && x.response.error); return; }
        over();
        var hidden = make("input");
        hidden.type = "hidden"; hidden.name = "scan-" + name; hidden.value = x.response.id;
        li.append(hidden);
        bar.remove();
        touch(0);
      };
      var failed = function (why) {
        over();
        bar.remove();
        li.append(make("span", form.dataset.failed + (why ? "：" + why : "") + " "));
        var b = make("button", form.dataset.again);
        b.type = "button"; b.className = "button";
        b.onclick = function () { li.remove(); upload(line.isConnected ? line : one('[data-line="' + CSS.escape(name) + '"]'), file); };
        li.append(b);
      };
      x.onerror = function () { failed(""); };
      x.send(data);
    };
    form.addEventListener("dragover", function (e) { if (lineOf(e.target)) e.preventDefault(); });
    form.addEventListener("drop", function (e) {
      var line = lineOf(e.target);
      if (!line || !e.dataTransfer.files.length) return;
      e.preventDefault();
      all2(e.dataTransfer.files, function (f) { upload(line, f); });
    });
    document.addEventListener("paste", function (e) {
      var list = e.clipboardData && e.clipboardData.files, line = lineOf(document.activeElement);
      if (!list || !list.length || !line) return;
      e.preventDefault();
      all2(list, function (f) { upload(line, f); });
    });
    if (location.search.indexOf("draft=") > 0) push();
  })();

  // ---- live refresh: an element with an id and data-refresh="seconds" is replaced
  // by itself from the same page, or from data-refresh-from; a stream of events
  // (data-events) says when it is worth while
  if (!body.hasAttribute("data-live")) return;
  var stale = null;
  var warn = function (on) {
    if (on && !stale) {
      stale = make("div", body.dataset.stale);
      stale.className = "message is-warn stale";
      stale.setAttribute("role", "status");
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
  var pages = {}; // address → {every: seconds, due: time, ids}
  var own = location.pathname + location.search;
  all("[data-refresh][id]").forEach(function (el) {
    var from = el.dataset.refreshFrom || own;
    var every = Math.max(2, Number(el.dataset.refresh) || 30);
    var p = pages[from] || (pages[from] = { every: every, ids: [], failed: 0 });
    p.every = Math.min(p.every, every);
    p.ids.push(el.id);
    p.due = Date.now() + p.every * 1000;
  });
  Object.defineProperty(pages, "move", { value: function (to) { // a list that is filtered by typing
    if (to === own || !pages[own]) return;
    pages[to] = pages[own]; delete pages[own]; own = to;
  } });
  var failing = function () { return Object.keys(pages).some(function (k) { return pages[k].failed > 1; }); };
  var refresh = function (from, p) {
    if (document.hidden || p.loading || Date.now() < p.due) return;
    p.loading = true;
    ask("GET", from, null, function (doc) {
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
  setInterval(function () { Object.keys(pages).forEach(function (from) { refresh(from, pages[from]); }); }, 500);

  // One stream for a window that is looked at: browsers allow six in all.
  if (!body.dataset.events || !window.EventSource || !Object.keys(pages).length) return;
  var stream = null;
  var listen = function () {
    if (document.hidden && stream) { stream.close(); stream = null; }
    if (document.hidden || stream) return;
    stream = new EventSource(body.dataset.events);
    stream.addEventListener("changed", function () { Object.keys(pages).forEach(function (k) { pages[k].due = 0; }); });
  };
  document.addEventListener("visibilitychange", listen);
  listen();
})();
