package main

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
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// client talks to a running hub server or node: over the admin socket in its
// folder on the same machine, or over HTTP with an API token.
type client struct {
	base  string
	token string
	as    string
	http  *http.Client
}

// clientFlags are those of every command that talks to a running server.
func clientFlags(c *cobra.Command) {
	c.PersistentFlags().String("server-url", "", "远程服务器网址(默认使用本机数据目录中的管理接口)")
	c.PersistentFlags().String("token-file", "", "接口令牌文件(与 --server-url 同用)")
	c.PersistentFlags().String("as", "", "以本地某账号的身份办理(登录名)")
}

func dial(cmd *cobra.Command) (*client, error) {
	c := &client{as: flag(cmd, "as"), http: &http.Client{Timeout: 2 * time.Minute}}
	if base := flag(cmd, "server-url"); base != "" {
		token, err := os.ReadFile(flag(cmd, "token-file"))
		if err != nil {
			return nil, usageError{fmt.Errorf("--server-url 需要 --token-file: %w", err)}
		}
		c.base, c.token = strings.TrimSuffix(base, "/"), strings.TrimSpace(string(token))
		return c, nil
	}
	path := filepath.Join(flag(cmd, "dir"), adminSocket)
	c.base = "http://local"
	c.http.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}
	return c, nil
}

// call sends in as JSON, unless it is nil or an io.Reader, and reads the answer
// into out. What the server says no to comes back as its *protocol.Fault.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	return c.callWith(ctx, method, path, nil, in, out)
}

func (c *client) callWith(ctx context.Context, method, path string, header map[string]string, in, out any) error {
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

func (c *client) send(req *http.Request, out any) error {
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

// pages calls each for every page of a list until there is no next one.
func (c *client) pages(ctx context.Context, path string, query url.Values, each func(item json.RawMessage) error) error {
	for {
		var page rest.List[json.RawMessage]
		if err := c.call(ctx, http.MethodGet, path+"?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := each(item); err != nil {
				if errors.Is(err, errStop) {
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

var errStop = errors.New("enough")
