package rest

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
)

// The document, as far as this kit writes OpenAPI 3.1. Maps are written in
// order of name, so equal tables give equal bytes.
type document struct {
	OpenAPI    string                           `json:"openapi"`
	Info       info                             `json:"info"`
	Paths      map[string]map[string]*operation `json:"paths"`
	Components components                       `json:"components"`
}

type info struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

type components struct {
	Schemas  map[string]*Schema         `json:"schemas"`
	Security map[string]securityScheme  `json:"securitySchemes"`
	Answers  map[string]*documentAnswer `json:"responses"`
}

type securityScheme struct {
	Type        string `json:"type"`
	In          string `json:"in,omitempty"`
	Name        string `json:"name,omitempty"`
	Scheme      string `json:"scheme,omitempty"`
	Description string `json:"description,omitempty"`
}

type operation struct {
	ID          string                     `json:"operationId"`
	Summary     string                     `json:"summary"`
	Description string                     `json:"description,omitempty"`
	Tags        []string                   `json:"tags"`
	Verb        string                     `json:"x-verb,omitempty"`
	Security    []map[string][]string      `json:"security"`
	Parameters  []documentParam            `json:"parameters,omitempty"`
	Body        *documentBody              `json:"requestBody,omitempty"`
	Answers     map[string]*documentAnswer `json:"responses"`
}

type documentParam struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Required    bool    `json:"required,omitempty"`
	Description string  `json:"description,omitempty"`
	Schema      *Schema `json:"schema"`
}

type documentBody struct {
	Required bool                   `json:"required"`
	Content  map[string]contentType `json:"content"`
}

type contentType struct {
	Schema  *Schema `json:"schema"`
	Example any     `json:"example,omitempty"`
}

type documentAnswer struct {
	Ref         string                    `json:"$ref,omitempty"`
	Description string                    `json:"description,omitempty"`
	Headers     map[string]documentHeader `json:"headers,omitempty"`
	Content     map[string]contentType    `json:"content,omitempty"`
}

type documentHeader struct {
	Description string  `json:"description"`
	Required    bool    `json:"required,omitempty"`
	Schema      *Schema `json:"schema"`
}

const preface = "除标明者外均须登录:浏览器用会话 Cookie,程序用 Authorization: Bearer 接口令牌。" +
	"出错时返回 application/problem+json(RFC 9457),type 为 urn:xiangyun:fault:代码;按规则拒绝的另有 rule。" +
	"记录的 ETag 是其版本号,办理时放入 If-Match;内容已被他人更新则返回 412。" +
	"时间为 RFC 3339 北京时间,标为整数的(记录内容 body 之中)为自 1970 年起的毫秒数;日期为 2026-03-02。" +
	"回答可能增加新的成员;请求中出现未知成员则拒绝。"

// Document is the OpenAPI document of everything registered, as JSON. It
// panics when two types of one name meet in it, so whoever makes an API asks
// for it once at the start.
func (a *API) Document() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.document == nil {
		a.document = a.describe()
	}
	return a.document
}

func (a *API) describe() []byte {
	d := document{OpenAPI: "3.1.0", Info: info{a.cfg.Title, "v1", preface}, Paths: make(map[string]map[string]*operation)}
	for _, e := range a.endpoints {
		ops := d.Paths[e.Path]
		if ops == nil {
			ops = make(map[string]*operation)
			d.Paths[e.Path] = ops
		}
		ops[strings.ToLower(e.Method)] = a.operation(e)
	}
	problem := a.schemas.of(reflect.TypeFor[Problem](), false)
	d.Components = components{Schemas: a.schemas.parts,
		Answers: map[string]*documentAnswer{"Problem": {Description: "没有办成:原因见 detail", Headers: a.problemHeaders(),
			Content: map[string]contentType{"application/problem+json": {Schema: problem}}}},
		Security: map[string]securityScheme{
			"session": {Type: "apiKey", In: "cookie", Name: secureCookie, Description: "登录后的会话;本机明文访问时名为 " + localCookie},
			"token":   {Type: "http", Scheme: "bearer", Description: "账号的接口令牌"},
		}}
	body, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		panic("rest: the document does not encode: " + err.Error()) // an example that is no JSON
	}
	return append(body, '\n')
}

func (a *API) operation(e *endpoint) *operation {
	op := &operation{ID: e.Op, Summary: e.Summary, Description: e.Note, Tags: []string{e.Tag}, Verb: string(e.Verb),
		Security: []map[string][]string{{"session": {}}, {"token": {}}}, Answers: make(map[string]*documentAnswer)}
	if e.Public {
		op.Security = append([]map[string][]string{{}}, op.Security...)
	}
	for i := range e.in.params {
		op.Parameters = append(op.Parameters, a.parameter(&e.in.params[i]))
	}
	op.Body = a.body(e)
	op.Answers[strconv.Itoa(e.Status)] = a.success(e)
	if e.out == reflect.TypeFor[File]() {
		op.Answers[strconv.Itoa(http.StatusPartialContent)] = a.success(e)
	}
	op.Answers["default"] = &documentAnswer{Ref: "#/components/responses/Problem"}
	return op
}

func (a *API) parameter(p *param) documentParam {
	schema := *a.schemas.of(p.typ, true)
	simple := &schema
	if schema.Items != nil {
		items := *schema.Items
		schema.Items, simple = &items, &items
	}
	simple.Enum = append(simple.Enum, p.enum...)
	switch {
	case simple.Type == "string" && p.enum == nil && simple.Pattern == "" && simple.Enum == nil:
		simple.MaxLength = p.longest()
	case simple.Type == "integer":
		simple.Maximum = p.max
	}
	return documentParam{Name: p.name, In: p.in, Required: p.need, Description: p.doc, Schema: &schema}
}

func (a *API) body(e *endpoint) *documentBody {
	switch {
	case e.in.body < 0:
		return nil
	case e.in.stream:
		return &documentBody{true, map[string]contentType{"application/octet-stream": {Schema: &Schema{}}}}
	}
	return &documentBody{!e.in.maybe, map[string]contentType{"application/json": {a.schemas.of(e.in.typ, true), e.Example}}}
}

func (a *API) success(e *endpoint) *documentAnswer {
	w := &documentAnswer{Description: "成功", Headers: a.headers(e.out != nil && e.out.Implements(reflect.TypeFor[revisioned]()))}
	switch {
	case e.plain != nil:
		media, _, _ := strings.Cut(e.media, ";")
		w.Content = map[string]contentType{media: {Schema: &Schema{}}}
	case e.out == reflect.TypeFor[File]():
		w.Content = map[string]contentType{"application/octet-stream": {Schema: &Schema{}}}
	case e.out != reflect.TypeFor[None]():
		w.Content = map[string]contentType{"application/json": {Schema: a.schemas.of(e.out, false)}}
	}
	return w
}

func (a *API) headers(etag bool) map[string]documentHeader {
	all := map[string]documentHeader{requestIDHeader: {"请求编号", true, &Schema{Type: "string"}}}
	for _, h := range a.cfg.Stamped {
		all[h.Name] = documentHeader{h.Summary, h.Always, &Schema{Type: "string"}}
	}
	if etag {
		all["ETag"] = documentHeader{"版本号,带引号", false, &Schema{Type: "string"}}
	}
	return all
}

func (a *API) problemHeaders() map[string]documentHeader {
	all := a.headers(false)
	all["Retry-After"] = documentHeader{"多少秒之后可以重试", false, &Schema{Type: "integer"}}
	return all
}
