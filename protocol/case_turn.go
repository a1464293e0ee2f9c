package protocol

// Turn says what the system itself has to do with the case at an instant (cases.md
// §16, last row); no act: it waits for people, or for a day to come. Whoever is
// home does it, and the judge decides.
func (c *Case) Turn(now Instant) Act {
	if act := c.Effect(now); act != "" {
		return act
	}
	switch {
	case c.State == CaseHandingOver: // signed for at once by whom it reaches (C-05)
		return "acknowledge"
	case c.State == CaseCorrection && c.toRemind() && now >= c.wake():
		return "remind"
	}
	return ""
}

// wake is the instant of the next turn; 0 when there is none to come.
func (c *Case) wake() Instant {
	switch {
	case c.State == CaseHandingOver:
		return c.HandedOver
	case c.State == CaseCorrection && c.toRemind():
		return At(newest(c.Notices).Remind.Time())
	}
	_, at := c.effect()
	return at
}

func (c *Case) toRemind() bool {
	n := newest(c.Notices)
	return n.Reminded == 0 && !n.Remind.IsZero()
}

// Effect is what the law does at an instant without anybody's act: it counts from
// its day on, also while nobody has recorded it ("视为受理(未记录)", F-09), and is
// recorded before any other act (G-13). No act: nothing is due. A day that rests
// on an unpublished year has no effect yet (K-cal-1).
func (c *Case) Effect(now Instant) Act {
	act, at := c.effect()
	if act == "" || now < at {
		return ""
	}
	return act
}

// effect gives the effect that a running clock of the case will have, and when.
func (c *Case) effect() (Act, Instant) {
	switch c.State {
	case CaseReceived, CaseHandingOver, CaseArrived:
		if c.Terms.Effect == C1Deemed && !c.Due.K1.IsZero() && !c.Due.Provisional {
			return "deem_accept", c.Due.K1.End()
		}
	case CaseCorrection:
		if n := newest(c.Notices); n.Reminded != 0 {
			return "lapse", n.Until.End()
		}
	case CaseAccepted, CaseReview, CaseSpecial, CaseJoint:
		if c.owes() && c.OwedLapsed == 0 && !c.Due.K8.IsZero() {
			return "owed_lapsed", c.Due.K8.End()
		}
	}
	return "", 0
}
