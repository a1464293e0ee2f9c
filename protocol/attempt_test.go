package protocol

import "testing"

// attemptScenes: §14.3, Y-01.
func attemptScenes() []scene {
	return []scene{serviceAct("attempt", AttemptID(caseID, decides, 1), "note", decides, "steward", nil,
		&Attempt{Case: caseID, Rule: "C-07b", Line: "户口簿", Agency: testUSCC(1), Clerk: acceptor})}
}

// TestY01ADemandBesideTheGuideIsOverAtOnce: its red card waits for nothing.
func TestY01ADemandBesideTheGuideIsOverAtOnce(t *testing.T) {
	s := legalAct(t, "attempt note")
	body := s.must(t).Body
	due, _, err := Lookup("attempt").Runs(body)
	if err != nil || len(due) != 1 || due[0] != (Deadline{BreachOffGuide, sceneAt}) {
		t.Errorf("%v, %v", due, err)
	}
	s.want.(*Attempt).Rule = "C-10a" // a refusal that no demand made
	if _, no := s.complete(t); no == nil || no.Rule != "G-09" {
		t.Errorf("%v", no)
	}
}
