// Package chrometest drives a real Chromium for the tests of pages: it opens
// addresses, presses keys one by one as a person does, asks the page what it
// shows, and takes pictures. It speaks the DevTools protocol over a pipe, so
// that no port is open and nothing is downloaded.
//
//	tab := chrometest.Open(t, 1366, 768)
//	tab.Go(server.URL + "/intake")
//	tab.Type("spjyxk")
//	tab.Press("Enter")
//	tab.Until("the form", `document.querySelector("form.intake")`)
//
// It knows only what these tests need; it is no driver for other programs.
package chrometest

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a page may take; the machines of a build are slow.
const patience = 20 * time.Second

// Tab is one window.
type Tab struct {
	t       testing.TB
	session string
	to      *os.File

	mu      sync.Mutex // guards the rest
	next    int
	waiting map[int]chan answer

	Presses int // keys pressed by Press
}

type answer struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// Open starts a browser with one empty window; the test is skipped where there
// is none.
func Open(t testing.TB, width, height int) *Tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on this machine")
	}
	in, to, err := os.Pipe()
	must(t, err)
	from, out, err := os.Pipe()
	must(t, err)
	profile, err := os.MkdirTemp("", "xiangyun-chromium-")
	must(t, err)
	cmd := exec.Command(path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
		"--user-data-dir="+profile, fmt.Sprintf("--window-size=%d,%d", width, height), "about:blank")
	cmd.ExtraFiles = []*os.File{in, out}                  // descriptors 3 and 4, as the pipe wants
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its children write the profile, and end with it
	must(t, cmd.Start())
	in.Close()
	out.Close()
	tab := &Tab{t: t, to: to, waiting: map[int]chan answer{}}
	done := make(chan struct{})
	go func() { defer close(done); tab.listen(from) }()
	t.Cleanup(func() {
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil {
			t.Errorf("end chromium: %v", err)
		}
		cmd.Wait() // killed, so it says so
		swept(t, profile)
		to.Close()
		from.Close()
		<-done
	})
	tab.attach(width, height)
	return tab
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (tab *Tab) listen(from *os.File) {
	for r := bufio.NewReaderSize(from, 1<<20); ; {
		line, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var a answer
		if json.Unmarshal(line[:len(line)-1], &a) != nil || a.ID == 0 { // an event nobody asked for
			continue
		}
		tab.mu.Lock()
		waits := tab.waiting[a.ID]
		delete(tab.waiting, a.ID)
		tab.mu.Unlock()
		if waits != nil {
			waits <- a
		}
	}
}

// swept removes the profile: the last of the killed processes may still be
// writing a file of it.
func swept(t testing.TB, dir string) {
	var err error
	for range 50 {
		if err = os.RemoveAll(dir); err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("remove profile of chromium: %v", err)
}

func (tab *Tab) attach(width, height int) {
	var targets struct {
		TargetInfos []struct{ TargetID, Type string } `json:"targetInfos"`
	}
	for start := time.Now(); len(targets.TargetInfos) == 0 && time.Since(start) < patience; time.Sleep(50 * time.Millisecond) {
		tab.call("Target.getTargets", nil, &targets)
	}
	for _, target := range targets.TargetInfos {
		if target.Type == "page" {
			var s struct{ SessionID string }
			tab.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &s)
			tab.session = s.SessionID
		}
	}
	tab.call("Page.enable", nil, nil)
	tab.Size(width, height, 1)
}

// Size makes the window so many CSS pixels at zoom 1; zoom 2 is 200 % on the
// same screen.
func (tab *Tab) Size(width, height int, zoom float64) {
	tab.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": int(float64(width) / zoom), "height": int(float64(height) / zoom),
		"deviceScaleFactor": zoom, "mobile": false}, nil)
}

func (tab *Tab) call(method string, params any, into any) {
	tab.t.Helper()
	must(tab.t, tab.try(method, params, into))
}

func (tab *Tab) try(method string, params any, into any) error {
	tab.mu.Lock()
	tab.next++
	id, waits := tab.next, make(chan answer, 1)
	tab.waiting[id] = waits
	tab.mu.Unlock()
	message := map[string]any{"id": id, "method": method}
	if params != nil {
		message["params"] = params
	}
	if tab.session != "" {
		message["sessionId"] = tab.session
	}
	raw, err := json.Marshal(message)
	if err == nil {
		_, err = tab.to.Write(append(raw, 0))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case a := <-waits:
		if a.Error != nil {
			return fmt.Errorf("%s: %s", method, a.Error.Message)
		}
		if into == nil {
			return nil
		}
		return json.Unmarshal(a.Result, into)
	case <-time.After(patience):
		return fmt.Errorf("%s: no answer", method)
	}
}

// Go opens an address and waits until the page is read.
func (tab *Tab) Go(address string) {
	tab.t.Helper()
	tab.call("Page.navigate", map[string]any{"url": address}, nil)
	tab.Until("the page "+address, `document.readyState === "complete" && location.href !== "about:blank"`)
}

// Cookie sets one for an address.
func (tab *Tab) Cookie(address, name, value string) {
	tab.call("Network.setCookie", map[string]any{"url": address, "name": name, "value": value}, nil)
}

// Eval gives what an expression is on the page, as JSON puts it; promises are
// waited for.
func (tab *Tab) Eval(expression string, into any) {
	tab.t.Helper()
	must(tab.t, tab.ask(expression, into))
}

func (tab *Tab) ask(expression string, into any) error {
	var out struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		ExceptionDetails *struct {
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	if err := tab.try("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &out); err != nil {
		return err
	}
	if out.ExceptionDetails != nil {
		return fmt.Errorf("%.80s: %s", expression, out.ExceptionDetails.Exception.Description)
	}
	if into == nil || len(out.Result.Value) == 0 {
		return nil
	}
	return json.Unmarshal(out.Result.Value, into)
}

// Text is what the page shows in the elements of a selector.
func (tab *Tab) Text(selector string) (text string) {
	tab.Eval(fmt.Sprintf(`Array.from(document.querySelectorAll(%q)).map(e => e.innerText).join("\n")`, selector), &text)
	return text
}

// Until waits until an expression is true; while a page goes away it is not.
func (tab *Tab) Until(what, expression string) {
	tab.t.Helper()
	for start := time.Now(); time.Since(start) < patience; time.Sleep(20 * time.Millisecond) {
		ok := false
		if err := tab.ask("!!("+expression+")", &ok); err == nil && ok {
			return
		}
	}
	var at string
	tab.Eval(`document.activeElement ? document.activeElement.outerHTML.slice(0, 200) : ""`, &at)
	tab.t.Fatalf("%s did not come; the keyboard is at %s; the page shows: %s", what, at, tab.Text("main"))
}

// Type types text as an input method commits it; it is no key press.
func (tab *Tab) Type(text string) {
	tab.call("Input.insertText", map[string]any{"text": text}, nil)
}

// named are the keys that are not characters, with their codes.
var named = map[string]struct {
	key, text string
	code      int
}{"Enter": {"Enter", "\r", 13}, "Tab": {"Tab", "", 9}, "Escape": {"Escape", "", 27}, "Space": {" ", " ", 32}, "Down": {"ArrowDown", "", 40}}

// Press presses keys one after the other, each down and up: a character, a name
// such as Enter, or Ctrl+Enter.
func (tab *Tab) Press(keys ...string) {
	tab.t.Helper()
	for _, k := range keys {
		tab.Presses++
		modifiers := 0
		if rest, ctrl := strings.CutPrefix(k, "Ctrl+"); ctrl {
			k, modifiers = rest, 2
		}
		key, text, code := k, k, 0
		if n, ok := named[k]; ok {
			key, text, code = n.key, n.text, n.code
		} else if len(k) == 1 {
			code = int(strings.ToUpper(k)[0])
		}
		if modifiers != 0 {
			text = ""
		}
		event := map[string]any{"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code, "modifiers": modifiers}
		if text == "" {
			event["type"] = "rawKeyDown"
		}
		tab.call("Input.dispatchKeyEvent", event, nil)
		tab.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}, nil)
	}
}

// Shot writes a picture of the whole page.
func (tab *Tab) Shot(path string) {
	tab.t.Helper()
	var out struct{ Data string }
	tab.call("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true}, &out)
	data, err := base64.StdEncoding.DecodeString(out.Data)
	must(tab.t, err)
	must(tab.t, os.WriteFile(path, data, 0o644))
}

// Bypass lets a test's own script run on pages whose policy forbids it.
func (tab *Tab) Bypass() { tab.call("Page.setBypassCSP", map[string]any{"enabled": true}, nil) }
