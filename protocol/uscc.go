package protocol

import "strings"

const usccSymbols = "0123456789ABCDEFGHJKLMNPQRTUWXY"

var orgWeights = [8]int{3, 7, 9, 10, 5, 8, 4, 2}

// CheckUSCC checks a unified social credit code (统一社会信用代码, GB 32100, 18
// characters, form of NormalizeCode): V-03a length, b symbol, c check character.
// Every one-character error and every swap of differing neighbours is found,
// without exception.
func CheckUSCC(s string) *Refusal {
	if n := len([]rune(s)); n != 18 {
		return refuse("V-03a", "统一社会信用代码应为18位,现为%d位,请核对证照后重填", n)
	}
	if strings.Trim(s, usccSymbols) != "" {
		return refuse("V-03b", "统一社会信用代码只用数字和大写字母,且不含 I、O、S、V、Z,请核对证照后重填")
	}
	if s[17] != usccCheck(s) {
		return refuse("V-03c", "统一社会信用代码校验位不符,请核对证照后重填")
	}
	return nil
}

func usccCheck(s string) byte {
	sum, weight := 0, 1
	for i := range 17 {
		sum += weight * strings.IndexByte(usccSymbols, s[i])
		weight = weight * 3 % 31
	}
	return usccSymbols[(31-sum%31)%31]
}

// WarnOrgCode is V-04: it looks at the organisation code inside a USCC (digits 9
// to 17, GB 11714) that passed CheckUSCC. It only warns, because codes exist that
// were issued without this check character.
func WarnOrgCode(uscc string) *Warning {
	if len(uscc) != 18 || uscc[16] == orgCheck(uscc[8:16]) {
		return nil
	}
	return &Warning{"V-04", "统一社会信用代码中的组织机构代码校验位不符,请核对证照原件"}
}

func orgCheck(s string) byte {
	sum := 0
	for i, w := range orgWeights {
		sum += w * max(value37(s[i]), 0)
	}
	return "0123456789X0"[11-sum%11] // 10 is written X, 11 is written 0
}
