// Package client talks to a running hub server or node: over the admin socket in
// its folder on the same machine, or over HTTP with an API token. Commands and
// the demo use it; it knows addresses of the API as text and no rules.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// Socket is the name of the admin socket in the folder of a server.
const Socket = "admin.sock"

// Client sends requests to one server.
type Client struct {
	base  string
	token string
	as    string
	http  *http.Client
}

// Local reaches the server whose folder is dir, as its own operator. Clients are
// made by the call, so none keeps a connection behind.
func Local(dir string) *Client {
	path := filepath.Join(dir, Socket)
	t := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}
	return &Client{base: "http://local", http: &http.Client{Timeout: 2 * time.Minute, Transport: t}}
}

// Remote reaches a server by its address with an API token.
func Remote(base, token string) *Client {
	return &Client{base: strings.TrimSuffix(base, "/"), token: token, http: &http.Client{Timeout: 2 * time.Minute}}
}

// As gives a client that acts as an account of the place; "" is the operator.
func (c *Client) As(login string) *Client {
	as := *c
	as.as = login
	return &as
}

// Call sends in as JSON, unless it is nil or an io.Reader, and reads the answer
// into out. What the server says no to comes back as its *protocol.Fault.
func (c *Client) Call(ctx context.Context, method, path string, in, out any) error {
	return c.CallWith(ctx, method, path, nil, in, out)
}

// CallWith is Call with request headers.
func (c *Client) CallWith(ctx context.Context, method, path string, header map[string]string, in, out any) error {
	body, err := bodyOf(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.as != "" {
		req.Header.Set(rest.AsHeader, c.as)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	return c.send(req, out)
}

func bodyOf(in any) (io.Reader, error) {
	switch in := in.(type) {
	case nil:
		return nil, nil
	case io.Reader:
		return in, nil
	}
	data, err := json.Marshal(in)
	return bytes.NewReader(data), err
}

func (c *Client) send(req *http.Request, out any) error {
	res, err := c.http.Do(req)
	if err != nil {
		return &protocol.Fault{Code: protocol.Busy, Op: "call", Text: "连接不上服务器,请确认它正在运行", Hint: "本机: 检查 --dir;远程: 检查 --server-url", Err: err}
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if res.StatusCode >= 300 {
		return problemOf(res, data)
	}
	switch out := out.(type) {
	case nil:
		return nil
	case *[]byte:
		*out = data
		return nil
	}
	return json.Unmarshal(data, out)
}

func problemOf(res *http.Response, data []byte) error {
	var p rest.Problem
	if err := json.Unmarshal(data, &p); err != nil || p.Code == "" {
		return fmt.Errorf("服务器答复 %s", res.Status)
	}
	f := &protocol.Fault{Code: codeNamed(p.Code), Op: "call", Rule: p.Rule, Text: p.Detail, Hint: p.Hint}
	if f.Text == "" {
		f.Text = p.Title
	}
	return f
}

func codeNamed(name string) protocol.Code {
	for c := protocol.Unknown; c <= protocol.Refused; c++ {
		if c.String() == name {
			return c
		}
	}
	return protocol.Internal
}

// Pages calls each for every page of a list until there is no next one.
func (c *Client) Pages(ctx context.Context, path string, query url.Values, each func(item json.RawMessage) error) error {
	for {
		var page rest.List[json.RawMessage]
		if err := c.Call(ctx, http.MethodGet, path+"?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := each(item); err != nil {
				if errors.Is(err, ErrStop) {
					return nil
				}
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		query.Set("after", page.Next)
	}
}

// ErrStop, returned by each, ends Pages without an error.
var ErrStop = errors.New("enough")
