package province

import (
	"testing"

	"xiangyun/protocol"
)

func TestNodesJoinAndSeeEachOther(t *testing.T) {
	p := New(t, &Loopback{T: t})
	defer p.Close()
	p.Hubs(3)
	p.Enroll("yanbian", "延边州")
	p.Enroll("changchun", "长春市")
	p.Eventually("yanbian knows changchun", func() bool {
		_, err := p.Node("yanbian").Record(protocol.Ref{Kind: "node", ID: "changchun"})
		return err == nil
	})
}
