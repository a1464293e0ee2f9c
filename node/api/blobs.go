package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// uploadTime bounds one upload over a slow line.
const uploadTime = 10 * time.Minute

type uploadIn struct {
	Name string    `query:"name" need:"true" doc:"文件名"`
	Type string    `query:"type" need:"true" max:"100" doc:"媒体类型,例如 application/pdf;与内容不符则拒绝"`
	Body io.Reader `body:"stream"`
}

// Location is where the bytes are read.
func (b Blob) Location() string { return base + "/blobs/" + b.ID }

func (s *server) blobs() {
	up := post("/blobs", "uploadBlob", "blobs", "上传附件", protocol.MayReceive)
	up.Status, up.MaxBody, up.Timeout = http.StatusCreated, s.MaxUpload, uploadTime
	up.Note = "请求内容即文件本身。返回即已写入本节点磁盘;收件时引用其编号,随后自动传往省级。"
	rest.Handle(s.api, up, func(ctx context.Context, who *protocol.Account, in uploadIn) (Blob, error) {
		return s.Blobs.Keep(ctx, who, in.Name, in.Type, in.Body)
	})
	down := get("/blobs/{id}", "getBlob", "blobs", "下载附件", protocol.MayReadCases)
	down.Timeout, down.Note = uploadTime, "支持 Range 分段下载。"
	rest.Handle(s.api, down, func(ctx context.Context, _ *protocol.Account, in oneIn) (rest.File, error) {
		b, content, err := s.Blobs.Open(ctx, in.ID)
		if err != nil {
			return rest.File{}, err
		}
		return rest.File{Name: b.Name, Type: b.Type, At: b.At, Tag: b.ID, Content: content}, nil
	})
}
