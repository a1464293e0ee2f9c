package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// drill rehearses an outage: acceptance goes on, everything is sent afterwards.
func (s *server) drill() {
	s.turn("offline", "断网演练:断开与省级的全部连接", true)
	s.turn("online", "结束断网演练", false)
}

func (s *server) turn(name, summary string, off bool) {
	rest.Handle(s.api, post("/uplink/"+name, name, "status", summary, protocol.MayOperate),
		func(context.Context, *protocol.Account, struct{}) (rest.None, error) {
			s.Drill.Offline(off)
			return rest.None{}, nil
		})
}
