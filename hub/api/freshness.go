package api

import (
	"net/http"
	"strconv"
	"time"

	"xiangyun/protocol/rest"
)

// Headers that say how fresh an answer is.
const (
	IndexHeader = "X-Xiangyun-Index"
	AgeHeader   = "X-Xiangyun-Age"
)

// Freshness makes every answer tell how fresh it is: the newest index this
// server had applied before it read, and on a follower for how many seconds it
// has been behind the leader at most. applied and age are called once a request; age
// gives false at the leader.
func Freshness(cfg *rest.Config, applied func() uint64, age func() (time.Duration, bool)) {
	cfg.Stamped = []rest.Header{
		{Name: IndexHeader, Always: true, Summary: "本回答至少包含省级序号至此的全部决定"},
		{Name: AgeHeader, Summary: "非主服务器的回答:内容最多旧多少秒(按主服务器每秒的时钟);主服务器不带此项"},
	}
	cfg.Stamp = func() http.Header {
		h := http.Header{IndexHeader: {strconv.FormatUint(applied(), 10)}}
		if d, follower := age(); follower {
			h.Set(AgeHeader, strconv.FormatFloat(max(d, 0).Seconds(), 'f', 1, 64))
		}
		return h
	}
}
