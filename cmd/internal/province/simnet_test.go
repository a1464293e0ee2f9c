package province

import (
	"testing"
	"time"
)

func TestAProvinceLivesInVirtualTime(t *testing.T) {
	Simulate(t, 1, func(p *Province) {
		p.Hubs(3)
		p.Enroll("yanbian", "延边州")
		p.Enroll("changchun", "长春市")
		p.Enroll("provincial", "省直")
		time.Sleep(10 * time.Minute)
	})
}
