package protocol

var citizenWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// CheckCitizen checks a citizen identity number (GB 11643, 18 characters, form of
// NormalizeCode) as of today: V-01a length, b character, c date of birth, d check
// character. There is no lower bound on the year of birth. Every one-character
// error and every swap of differing neighbours is found, without exception.
func CheckCitizen(s string, today Day) *Refusal {
	if len(s) == 15 && onlyDigits(s) {
		return refuse("V-01a", "15位的旧身份证号码已经失效,请填写18位公民身份号码")
	}
	if n := len([]rune(s)); n != 18 {
		return refuse("V-01a", "公民身份号码应为18位,现为%d位,请核对证件后重填", n)
	}
	if len(s) != 18 || !onlyDigits(s[:17]) || !onlyDigits(s[17:]) && s[17] != 'X' {
		return refuse("V-01b", "公民身份号码前17位应为数字,末位应为数字或X,请核对证件后重填")
	}
	birth, ok := compactDay(s[6:14])
	if !ok || today.Before(birth) {
		return refuse("V-01c", "公民身份号码中的出生日期 %s 不存在或晚于今天,请核对证件后重填", s[6:14])
	}
	if s[17] != citizenCheck(s) {
		return refuse("V-01d", "公民身份号码校验位不符,请核对证件后重填")
	}
	return nil
}

func citizenCheck(s string) byte {
	sum := 0
	for i, w := range citizenWeights {
		sum += w * int(s[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// provincePrefixes is the first level of GB/T 2260 as citizen numbers use it. 81 to
// 83 are residence permits for Hong Kong, Macao and Taiwan.
const provincePrefixes = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"

// WarnCitizenRegion is V-02: it looks at the region of a number that passed
// CheckCitizen and warns when it knows none such. It never refuses, because codes
// die and their numbers live on; and numbers that begin with 9 are foreigners'
// permanent residence (unverified).
func WarnCitizenRegion(s string) *Warning {
	if len(s) < 6 || s[0] == '9' {
		return nil
	}
	code := Division(s[:6])
	if !knownProvince(s[:2]) {
		return &Warning{"V-02", "号码前两位 " + s[:2] + " 不是已知的省级代码,请核对证件原件"}
	}
	if _, known := findDivision(code); code.Province() == jilinProvince && !known {
		return &Warning{"V-02", "号码前六位 " + s[:6] + " 不在本省区划表中,可能是已撤销的区划,请核对证件原件"}
	}
	return nil
}

func knownProvince(prefix string) bool {
	for i := 0; i < len(provincePrefixes); i += 3 {
		if provincePrefixes[i:i+2] == prefix {
			return true
		}
	}
	return false
}
