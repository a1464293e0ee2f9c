package protocol

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// idVectors are samples published with the standards.
type idVectors struct {
	Citizen struct{ Valid, Invalid []string } `json:"gb11643"`
	USCC    struct{ Valid, Invalid []string } `json:"gb32100"`
	Licence struct {
		Valid    []string
		Mismatch []string `json:"mismatch_in_the_wild"`
	} `json:"cert_identifier"`
	ImplCode   struct{ Sample string } `json:"implementation_code"`
	CaseNumber struct{ Sample string } `json:"case_number"`
}

func vectors(t testing.TB) (v idVectors) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "id-vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// today of the tests: no clock is read.
var someDay = Day{2026, 3, 2}

func citizenRule(s string) string { return ruleOf(CheckCitizen(s, someDay)) }
func usccRule(s string) string    { return ruleOf(CheckUSCC(s)) }
func implRule(s string) string    { return ruleOf(CheckImplCode(s)) }
func licenceRule(s string) string { return ruleOf(CheckLicenceID(s)) }
func caseRule(s string) string    { return ruleOf(CheckCaseNumber(s, Sequence{1, 4999})) }

func TestPublishedVectorsPass(t *testing.T) {
	v := vectors(t)
	for _, row := range []struct {
		name  string
		rule  func(string) string
		valid []string
	}{
		{"V-01", citizenRule, v.Citizen.Valid}, {"V-03", usccRule, v.USCC.Valid}, {"V-05", implRule, []string{v.ImplCode.Sample}},
		{"V-06", caseRule, []string{v.CaseNumber.Sample}}, {"V-07", licenceRule, v.Licence.Valid},
	} {
		for _, s := range row.valid {
			if rule := row.rule(s); rule != "" {
				t.Errorf("%s refuses %s: %s", row.name, s, rule)
			}
		}
		if len(row.valid) == 0 {
			t.Errorf("%s has no vector", row.name)
		}
	}
}

func TestEachLetteredRefusalIsHitAlone(t *testing.T) {
	const (
		impl    = "12441500196720244T3442199806003"
		licence = "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9"
	)
	for _, row := range []struct {
		name, in string
		rule     func(string) string
		want     string
	}{
		{"citizen number is short", "1101051949123100", citizenRule, "V-01a"},
		{"citizen number of the old form", "110105491231002", citizenRule, "V-01a"},
		{"citizen number is empty", "", citizenRule, "V-01a"},
		{"citizen number with a letter inside", "1101051949A231002X", citizenRule, "V-01b"},
		{"citizen number with a small x", "11010519491231002x", citizenRule, "V-01b"},
		{"citizen number with a full-width digit", "11010519491231002\uFF11", citizenRule, "V-01b"},
		{"citizen number of 18 bytes and other characters", "110105年年年年", citizenRule, "V-01a"},
		{"month 13 with a right check character", "110105194913310021", citizenRule, "V-01c"},
		{"30 February", withCitizenCheck("11010519490230002"), citizenRule, "V-01c"},
		{"born tomorrow", withCitizenCheck("11010520260303002"), citizenRule, "V-01c"},
		{"born today", withCitizenCheck("11010520260302002"), citizenRule, ""},
		{"wrong check character", "110105194912310021", citizenRule, "V-01d"},
		{"USCC is short", "91350100M000100Y4", usccRule, "V-03a"},
		{"USCC with an I", "91350100I000100Y43", usccRule, "V-03b"},
		{"USCC with a small letter", "91350100m000100Y43", usccRule, "V-03b"},
		{"USCC with a wrong check character", "91350100M000100Y44", usccRule, "V-03c"},
		{"implementation code is short", impl[:30], implRule, "V-05a"},
		{"implementation code of a wrong agency", "12441500196720245T3442199806003", implRule, "V-05b"},
		{"implementation code without a level", "12441500196720244T0442199806003", implRule, "V-05c"},
		{"implementation code of level 7", "12441500196720244T7442199806003", implRule, "V-05c"},
		{"implementation code with a bad basic code", "12441500196720244T344219980600-", implRule, "V-05d"},
		{"case number is long", impl + "2022062300680", caseRule, "V-06a"},
		{"case number of a wrong agency", "12441500196720245T3442199806003202206230068", caseRule, "V-06b"},
		{"case number of a day that is none", impl + "202206310068", caseRule, "V-06c"},
		{"case number 0000", impl + "202206230000", caseRule, "V-06d"},
		{"case number of another node's range", impl + "202206235000", caseRule, "V-06d"},
		{"case number without digits at the end", impl + "20220623006A", caseRule, "V-06d"},
		{"case number with another character", impl + "20220623006年", caseRule, "V-06b"},
		{"licence of another root", "1.2.156.3005.3" + licence[14:], licenceRule, "V-07a"},
		{"licence with a part missing", strings.Replace(licence, ".340100", "", 1), licenceRule, "V-07b"},
		{"licence type is short", strings.Replace(licence, "11100000MB", "1110000MB", 1), licenceRule, "V-07b"},
		{"licence issuer of 7", strings.Replace(licence, "340100", "3401001", 1), licenceRule, "V-07b"},
		{"licence without a serial", strings.Replace(licence, "000000016", "", 1), licenceRule, "V-07b"},
		{"licence serial with a small letter", strings.Replace(licence, "000000016", "00000001a", 1), licenceRule, "V-07b"},
		{"licence version with a letter", strings.Replace(licence, ".001.", ".00A.", 1), licenceRule, "V-07b"},
		{"licence without a check character", licence[:len(licence)-1], licenceRule, "V-07b"},
		{"licence with a wrong check character", licence[:len(licence)-1] + "8", licenceRule, "V-07c"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.rule(row.in); got != row.want {
				t.Errorf("%s: %q, want %q", row.in, got, row.want)
			}
		})
	}
}

func withCitizenCheck(s string) string { return s + string(citizenCheck(s)) }

func TestPublishedInvalidVectorsAreRefused(t *testing.T) {
	v := vectors(t)
	for _, s := range v.Citizen.Invalid {
		if citizenRule(s) == "" {
			t.Errorf("%s passes", s)
		}
	}
	for _, s := range v.USCC.Invalid {
		if usccRule(s) == "" {
			t.Errorf("%s passes", s)
		}
	}
}

func TestNormalizeCode(t *testing.T) {
	for _, row := range []struct{ typed, stored string }{
		{" 11010519491231002x\n", "11010519491231002X"},
		{"\uFF11\uFF11\uFF10\uFF11\uFF10\uFF15", "110105"},
		{"\u300011010519491231002\uFF58\u3000", "11010519491231002X"},
		{"\uFF381", "X1"},
		{"\uFEFF91350100M000100Y43\u200B", "91350100M000100Y43"},
		{"\u00A0a b\u00A0", "a b"},
		{"1\uFF0E2", "1.2"},
		{"", ""},
	} {
		if got := NormalizeCode(row.typed); got != row.stored {
			t.Errorf("%q becomes %q, want %q", row.typed, got, row.stored)
		}
	}
}

// validCodes makes valid codes of each sort at random.
var validCodes = []struct {
	name string
	rule func(string) string
	gen  *rapid.Generator[string]
}{
	{"V-01", citizenRule, rapid.Custom(func(t *rapid.T) string {
		birth := someDay.Add(-rapid.IntRange(0, 40000).Draw(t, "age")).String()
		return withCitizenCheck(rapid.StringMatching(`[1-9][0-9]{5}`).Draw(t, "region") +
			strings.ReplaceAll(birth, "-", "") + rapid.StringMatching(`[0-9]{3}`).Draw(t, "order"))
	})},
	{"V-03", usccRule, rapid.Custom(func(t *rapid.T) string {
		s := rapid.StringMatching(`[`+usccSymbols+`]{17}`).Draw(t, "uscc")
		return s + string(usccCheck(s))
	})},
	{"V-07", licenceRule, rapid.Custom(func(t *rapid.T) string {
		return LicenceID{Type: rapid.StringMatching(`[0-9A-Z]{21}`).Draw(t, "type"), Issuer: rapid.StringMatching(`([0-9A-Z]{18}|[0-9]{6})`).Draw(t, "issuer"),
			Serial: rapid.StringMatching(`[0-9A-Z]{1,32}`).Draw(t, "serial"), Version: rapid.StringMatching(`[0-9]{3}`).Draw(t, "version")}.String()
	})},
}

// TestAnyOneCharacterChangeIsRefused tries every position with every printable
// ASCII character.
func TestAnyOneCharacterChangeIsRefused(t *testing.T) {
	for _, code := range validCodes {
		t.Run(code.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := code.gen.Draw(t, "valid")
				if rule := code.rule(s); rule != "" {
					t.Fatalf("%s is refused: %s", s, rule)
				}
				i := rapid.IntRange(0, len(s)-1).Draw(t, "position")
				for c := byte(' '); c <= '~'; c++ {
					if changed := s[:i] + string(c) + s[i+1:]; changed != s && code.rule(changed) == "" {
						t.Fatalf("%s passes for %s", changed, s)
					}
				}
			})
		})
	}
}

// TestNeighbourSwapsAreRefused swaps every pair of neighbours. MOD 37,36 misses
// a few, which must be the ones that CheckChar37 names.
func TestNeighbourSwapsAreRefused(t *testing.T) {
	for _, code := range validCodes {
		t.Run(code.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := code.gen.Draw(t, "valid")
				for i := range len(s) - 1 {
					swapped := s[:i] + s[i+1:i+2] + s[i:i+1] + s[i+2:]
					if swapped == s || code.rule(swapped) != "" {
						continue
					}
					if code.name != "V-07" || !consecutive37(s[i], s[i+1]) {
						t.Fatalf("%s passes for %s", swapped, s)
					}
				}
			})
		})
	}
}

// consecutive37 reports whether a and b follow each other in the circle 0…9A…Z.
func consecutive37(a, b byte) bool {
	d := (value37(a) - value37(b) + 36) % 36
	return d == 1 || d == 35
}

func TestWarningsNeverRefuse(t *testing.T) {
	for _, row := range []struct {
		name string
		got  *Warning
		rule string
	}{
		{"a region of this province", WarnCitizenRegion("222401199001010011"), ""},
		{"a region of this province that has ended", WarnCitizenRegion("220381199001010011"), ""},
		{"a region of this province never heard of", WarnCitizenRegion("229999199001010011"), "V-02"},
		{"another province", WarnCitizenRegion("110105194912310021"), ""},
		{"a resident of Hong Kong", WarnCitizenRegion("810000199001010011"), ""},
		{"a foreign permanent resident", WarnCitizenRegion("911124199001010011"), ""},
		{"no province", WarnCitizenRegion("190000199001010011"), "V-02"},
		{"too short to say", WarnCitizenRegion("22"), ""},
		{"a right organisation code", WarnOrgCode("91350100M000100Y43"), ""},
		{"a wrong organisation code", WarnOrgCode("91350100M000100X43"), "V-04"},
		{"too short for an organisation code", WarnOrgCode("9135"), ""},
	} {
		got := ""
		if row.got != nil {
			got = row.got.Rule
		}
		if got != row.rule {
			t.Errorf("%s: %q, want %q", row.name, got, row.rule)
		}
	}
}

func TestOrganisationCodesOfTheVectors(t *testing.T) {
	for _, s := range vectors(t).USCC.Valid {
		if w := WarnOrgCode(s); w != nil {
			t.Errorf("%s: %v", s, w)
		}
	}
}

func TestImportOfALicenceWithAWrongCheckWarns(t *testing.T) {
	wild, _, _ := strings.Cut(vectors(t).Licence.Mismatch[0], " ")
	id, warning, no := ImportLicenceID(wild)
	if no != nil || warning == nil || warning.Rule != "V-07c" || id.Serial != "209FA4E88F9E4C878F3E9BED2CE7EA49" {
		t.Errorf("%+v %v %v", id, warning, no)
	}
	if right := id.String(); right[:len(right)-1] != wild[:len(wild)-1] || !strings.HasSuffix(right, ".D") {
		t.Errorf("computed %s", right)
	}
	if _, warning, no := ImportLicenceID("1.2.3"); warning != nil || ruleOf(no) != "V-07a" {
		t.Errorf("%v %v", warning, no)
	}
	if _, warning, no := ImportLicenceID(vectors(t).Licence.Valid[0]); warning != nil || no != nil {
		t.Errorf("%v %v", warning, no)
	}
}

func TestImplCodeParts(t *testing.T) {
	sample := vectors(t).ImplCode.Sample
	c, no := ParseImplCode(sample)
	if no != nil || c.USCC != "12441500196720244T" || c.Level != 3 || c.Basic != "442199806003" || c.String() != sample {
		t.Fatalf("%+v %v", c, no)
	}
	if no := c.CheckBasic(func(b string) bool { return b == c.Basic }); no != nil {
		t.Error(no)
	}
	if no := c.CheckBasic(func(string) bool { return false }); ruleOf(no) != "V-05d" {
		t.Error(no)
	}
}

func TestComposeCaseNumber(t *testing.T) {
	v := vectors(t)
	got, no := ComposeCaseNumber(v.ImplCode.Sample, Day{2022, 6, 23}, 68, Sequence{1, 4999})
	if no != nil || got != v.CaseNumber.Sample {
		t.Errorf("%s %v", got, no)
	}
	for _, row := range []struct {
		name, code string
		day        Day
		seq        int
		rule       string
	}{
		{"a wrong code", "1", Day{2022, 6, 23}, 68, "V-06b"},
		{"no day", v.ImplCode.Sample, Day{}, 68, "V-06c"},
		{"31 June", v.ImplCode.Sample, Day{2022, 6, 31}, 68, "V-06c"},
		{"number 0", v.ImplCode.Sample, Day{2022, 6, 23}, 0, "V-06d"},
		{"above the range", v.ImplCode.Sample, Day{2022, 6, 23}, 5000, "V-06d"},
	} {
		if _, no := ComposeCaseNumber(row.code, row.day, row.seq, Sequence{1, 4999}); ruleOf(no) != row.rule {
			t.Errorf("%s: %v, want %s", row.name, no, row.rule)
		}
	}
}

// FuzzCodes: no input makes a check panic; what passes is in stored form; what
// is composed of the parts is what was read.
func FuzzCodes(f *testing.F) {
	v := vectors(f)
	for _, list := range [][]string{v.Citizen.Valid, v.Citizen.Invalid, v.USCC.Valid, v.USCC.Invalid, v.Licence.Valid, v.Licence.Mismatch,
		{v.ImplCode.Sample, v.CaseNumber.Sample, "", "\uFF58", "\xff\xfe", strings.Repeat("年", 6), "1.2.156.3005.2....."}} {
		for _, s := range list {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, typed string) {
		s := NormalizeCode(typed)
		if utf8.ValidString(typed) && NormalizeCode(s) != s {
			t.Fatalf("%q normalises to %q and again to %q", typed, s, NormalizeCode(s))
		}
		for _, rule := range []func(string) string{citizenRule, usccRule, implRule, caseRule, licenceRule} {
			if rule(typed) == "" && s != typed {
				t.Fatalf("%q passes though it is not in stored form", typed)
			}
		}
		if c, no := ParseImplCode(s); no == nil && c.String() != s {
			t.Fatalf("%q reads as %q", s, c)
		}
		if id, no := ParseLicenceID(s); no == nil && id.String() != s {
			t.Fatalf("%q reads as %q", s, id)
		}
		WarnCitizenRegion(s)
		WarnOrgCode(s)
	})
}
