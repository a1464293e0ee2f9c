package protocol

import "testing"

// BenchmarkVerify is what every hub server pays to judge the three acts that
// bring a case from its window to the place that decides, when it has cited the
// same item, guide and calendar before.
func BenchmarkVerify(b *testing.B) {
	v := cited{}
	for ref, rec := range world(b) {
		v[ref] = rec.Remembering()
	}
	for _, step := range []struct {
		act  Act
		from CaseState
	}{{"receive", ""}, {"hand_over", CaseReceived}, {"acknowledge", CaseHandingOver}} {
		var old *Case
		if step.from != "" {
			old = caseIn(b, step.from)
		}
		s := caseStep(step.act, old)
		s.view = v
		body, before, h := s.must(b).Body, s.before(b), s.header()
		b.Run(string(step.act), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, no, err := s.kind().Verify(before, h, body, v); no != nil || err != nil {
					b.Fatal(no, err)
				}
			}
		})
	}
}
