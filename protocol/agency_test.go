package protocol

import "testing"

func TestRefusalsOfAnAgency(t *testing.T) {
	check(t, []row{
		{"cases.G-07 an agency is registered once", "agency register", stands(anAgency()), "G-07"},
		{"cases.G-07 what is not registered cannot be updated", "agency update", isNew, "G-07"},
		{"cases.G-07 what is not registered cannot be disabled", "agency disable", isNew, "G-07"},
		{"cases.G-07 an agency is disabled once", "agency disable", before(func(a *Agency) { a.State = AgencyDisabled }), "G-07"},
		{"cases.G-09 the code is the record id", "agency register", want(func(a *Agency) { a.USCC = testUSCC(2) }), "G-09"},
		{"cases.G-09 an agency has a name", "agency register", want(func(a *Agency) { a.Name = "" }), "G-09"},
		{"cases.G-09 an agency works at a node", "agency update", want(func(a *Agency) { a.Node = "长春" }), "G-09"},
		{"cases.V-03a a code of 17 characters", "agency register", misnamed("11220100PDY00001X"), "V-03a"},
		{"cases.V-03b a code with the letter I", "agency register", misnamed("11220100PDY00001IB"), "V-03b"},
		{"cases.V-03c a code with a wrong check character", "agency register", misnamed("11220100PDY00001XA"), "V-03c"},
		{"an update brings a disabled agency back", "agency update", before(func(a *Agency) { a.State = AgencyDisabled }), ""},
	})
}

func misnamed(uscc string) func(*scene) {
	return both(underID(uscc), want(func(a *Agency) { a.USCC = uscc }))
}
