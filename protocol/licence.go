package protocol

import "strings"

// licenceRoot is the object identifier under which e-licences are numbered.
const licenceRoot = "1.2.156.3005.2."

// LicenceID is an e-licence identifier (电子证照标识) taken apart.
type LicenceID struct {
	Type    string // licence type: 21 characters, a USCC and three more
	Issuer  string // USCC, 18 characters, or division, 6 digits
	Serial  string
	Version string // 3 digits
}

// String writes the whole identifier with its check character.
func (l LicenceID) String() string {
	parts := strings.Join([]string{l.Type, l.Issuer, l.Serial, l.Version}, ".")
	c, err := CheckChar37(parts)
	if err != nil { // parts outside the alphabet have no check character
		c = '?'
	}
	return licenceRoot + parts + "." + string(c)
}

// maxSerial bounds the serial; the longest seen in the wild has 32 characters.
const maxSerial = 64

// ParseLicenceID reads an identifier: V-07a root, b a part, c check character
// (ISO 7064 MOD 37,36 over the four parts). On V-07c the parts are returned as
// well, for an import. Every one-character error is found; CheckChar37 says which
// swaps of neighbours are not.
func ParseLicenceID(s string) (LicenceID, *Refusal) {
	rest, ok := strings.CutPrefix(s, licenceRoot)
	if !ok {
		return LicenceID{}, refuse("V-07a", "电子证照标识应以 %s 开头", strings.TrimSuffix(licenceRoot, "."))
	}
	parts := strings.Split(rest, ".")
	if len(parts) != 5 {
		return LicenceID{}, refuse("V-07b", "电子证照标识在根码之后应有5段,现为%d段", len(parts))
	}
	id := LicenceID{Type: parts[0], Issuer: parts[1], Serial: parts[2], Version: parts[3]}
	if no := id.checkParts(parts[4]); no != nil {
		return LicenceID{}, no
	}
	if !ValidCheck37(rest) {
		return id, refuse("V-07c", "电子证照标识校验位不符,请核对证照")
	}
	return id, nil
}

func (l LicenceID) checkParts(check string) *Refusal {
	switch {
	case len(l.Type) != 21 || !only37(l.Type):
		return refuse("V-07b", "证照类型代码应为21位数字或大写字母")
	case len(l.Issuer) != 18 && len(l.Issuer) != 6 || !only37(l.Issuer):
		return refuse("V-07b", "证照颁发机构代码应为18位统一社会信用代码或6位区划代码")
	case len(l.Serial) > maxSerial || !only37(l.Serial):
		return refuse("V-07b", "证照流水号应为1至%d位数字或大写字母", maxSerial)
	case len(l.Version) != 3 || !onlyDigits(l.Version):
		return refuse("V-07b", "证照版本号应为3位数字")
	case len(check) != 1 || !only37(check):
		return refuse("V-07b", "证照标识校验位应为1位数字或大写字母")
	}
	return nil
}

// CheckLicenceID refuses an identifier that we must not issue (V-07).
func CheckLicenceID(s string) *Refusal {
	_, no := ParseLicenceID(s)
	return no
}

// ImportLicenceID reads an identifier that another system issued: a wrong check
// character is only a warning, because such licences are valid and in use.
func ImportLicenceID(s string) (LicenceID, *Warning, *Refusal) {
	id, no := ParseLicenceID(s)
	if no != nil && no.Rule == "V-07c" {
		return id, &Warning{no.Rule, no.Text}, nil
	}
	return id, nil, no
}
