package rest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xiangyun/protocol"
)

// Problem is the body of every answer that is not a success (RFC 9457).
type Problem struct {
	Type     string `json:"type" doc:"urn:xiangyun:fault: 加代码"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty" doc:"给办事人看的说明"`
	Instance string `json:"instance" doc:"请求编号,报障时请提供"`
	Code     string `json:"code" doc:"故障代码"`
	Rule     string `json:"rule,omitempty" doc:"拒绝所依据的规则编号"`
	Ref      string `json:"ref,omitempty" doc:"所涉记录,类别/编号"`
	Hint     string `json:"hint,omitempty" doc:"处置提示,仅运维可见"`
}

// statuses maps fault codes to HTTP; the order is that of the codes.
var statuses = []struct {
	code   protocol.Code
	status int
	title  string
}{
	{protocol.Unknown, http.StatusGatewayTimeout, "结果未知,请用同一幂等键重试"},
	{protocol.Malformed, http.StatusBadRequest, "请求格式不正确"},
	{protocol.TooBig, http.StatusRequestEntityTooLarge, "内容过大"},
	{protocol.Denied, http.StatusForbidden, "没有权限"},
	{protocol.Fenced, http.StatusConflict, "本节点已被新的一代取代"},
	{protocol.Twin, http.StatusConflict, "同一身份有两个进程"},
	{protocol.Gap, http.StatusConflict, "缺少前面的条目"},
	{protocol.Fork, http.StatusConflict, "日志出现分叉"},
	{protocol.BadChain, http.StatusConflict, "内容与校验值不符"},
	{protocol.BadSig, http.StatusConflict, "签名不符"},
	{protocol.Frozen, http.StatusConflict, "已冻结,等待运维处置"},
	{protocol.Parked, http.StatusConflict, "等待升级"},
	{protocol.Busy, http.StatusServiceUnavailable, "暂时繁忙,请稍后重试"},
	{protocol.Full, http.StatusInsufficientStorage, "存储空间不足"},
	{protocol.Stale, http.StatusServiceUnavailable, "数据不够新"},
	{protocol.Gone, http.StatusNotFound, "没有找到"},
	{protocol.Internal, http.StatusInternalServerError, "系统内部错误"},
	{protocol.Refused, http.StatusUnprocessableEntity, "按规则不能办理"},
}

// movedOn is the rule of an act whose author saw an older state.
const movedOn = "G-04"

// retryAfter is what a busy place asks for, in seconds.
const retryAfter = 5

const internalText = "系统内部错误,请记下请求编号并联系本地管理员"

// faultOf turns any error into the fault a caller may see. ctx tells a request
// that ran out of time from a defect.
func faultOf(ctx context.Context, err error) protocol.Fault {
	var f *protocol.Fault
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &f):
		return *f
	case errors.As(err, &large):
		return *protocol.NewFault(protocol.TooBig, "read body", "请求内容超过 %d 字节的上限", large.Limit)
	case ctx.Err() != nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)):
		return *protocol.NewFault(protocol.Busy, "wait", "处理超时,请稍后重试")
	}
	return protocol.Fault{Code: protocol.Internal, Err: err}
}

// problemOf says what who may know of a fault.
func problemOf(f protocol.Fault, who *protocol.Account, id string) Problem {
	i := slices.IndexFunc(statuses, func(s struct {
		code   protocol.Code
		status int
		title  string
	}) bool {
		return s.code == f.Code
	})
	if i < 0 {
		f = protocol.Fault{Code: protocol.Internal}
		return problemOf(f, who, id)
	}
	p := Problem{Type: "urn:xiangyun:fault:" + f.Code.String(), Title: statuses[i].title, Status: statuses[i].status, Detail: f.Text,
		Instance: "urn:xiangyun:request:" + id, Code: f.Code.String(), Rule: f.Rule}
	if f.Ref != (protocol.Ref{}) {
		p.Ref = f.Ref.String()
	}
	if who != nil && who.Can(protocol.RoleOperator) {
		p.Hint = f.Hint
	}
	switch {
	case f.Code == protocol.Internal:
		p.Detail, p.Rule, p.Ref, p.Hint = internalText, "", "", ""
	case f.Code == protocol.Refused && f.Rule == movedOn:
		p.Status = http.StatusPreconditionFailed
	case f.Code == protocol.Denied && who == nil && f.Rule == "":
		p.Status, p.Title = http.StatusUnauthorized, "请先登录"
	}
	return p
}

// fail answers with a problem, unless the answer has begun: then the connection
// is cut, so that nobody takes half an answer for a whole one.
func (a *API) fail(w *answerWriter, v *visit, err error) {
	f := faultOf(v.asked.Context(), err)
	if f.Code == protocol.Internal {
		a.cfg.Log.Error("request failed", "id", v.id, "method", v.asked.Method, "path", v.asked.URL.Path, "err", err)
	}
	if w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	p := problemOf(f, v.who, v.id)
	h := w.Header()
	for _, name := range []string{"ETag", "Location", "Content-Disposition", "Set-Cookie"} {
		h.Del(name)
	}
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="xiangyun"`)
	case http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		h.Set("Retry-After", strconv.Itoa(retryAfter))
	}
	if err := writeJSON(w, p.Status, "application/problem+json", p); err != nil {
		a.cfg.Log.Error("problem not encoded", "id", v.id, "err", err)
	}
}

// missing answers what is not in the table: 404, or 405 when the address is
// there under another method.
func (a *API) missing() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{id: requestID(r), asked: r}
		aw := &answerWriter{ResponseWriter: w}
		commonHeaders(w.Header(), v)
		p := problemOf(*protocol.NewFault(protocol.Gone, "route", "没有这个接口地址"), nil, v.id)
		if allowed := a.methods(r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			p.Status, p.Title, p.Detail = http.StatusMethodNotAllowed, "该地址不支持这种方法", "可用的方法:"+strings.Join(allowed, "、")
		}
		if err := writeJSON(aw, p.Status, "application/problem+json", p); err != nil {
			a.cfg.Log.Error("problem not encoded", "id", v.id, "err", err)
		}
		a.metrics.missed(aw.status, aw.bytes)
	})
}

func (a *API) methods(r *http.Request) (allowed []string) {
	for _, m := range []string{http.MethodDelete, http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodPut} {
		try := r.Clone(r.Context())
		try.Method = m
		if _, pattern := a.mux.Handler(try); pattern != "/" && pattern != "" {
			allowed = append(allowed, m)
		}
	}
	return allowed
}
