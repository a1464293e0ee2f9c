package importer

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"xiangyun/protocol"
)

// implCode takes the cell, or composes the code: agency, level, basic code. An
// item without a basic code gets one from its code in the system it comes from:
// "L" and eleven digits, which is no code of the basic catalogue (they are
// digits only) and is the same at every import.
func implCode(r row, agency string) (string, error) {
	if code := protocol.NormalizeCode(r.get("impl_code")); code != "" {
		return code, nil
	}
	level, err := number(r.get("level"), 3)
	if err != nil {
		return "", err
	}
	basic := protocol.NormalizeCode(r.get("basic_code"))
	if basic == "" {
		local := r.get("local_code")
		if local == "" {
			return "", errors.New("没有实施编码,也没有基本编码或业务编码可供组成")
		}
		basic = "L" + digits(11, local)
	}
	return protocol.ImplCode{USCC: agency, Level: level, Basic: basic}.String(), nil
}

// resourceCode composes the code of an entry that its source gives no code: the
// prefix and twelve digits from the name of the source and the source's own id
// (catalog.I-05: equal ids of two sources stay two entries).
func resourceCode(prefix, source, native string) string {
	return prefix + "/" + digits(12, source, native)
}

// digits derives n decimal digits, at most 18, from texts.
func digits(n int, texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	bound := uint64(1)
	for range n {
		bound *= 10
	}
	return fmt.Sprintf("%0*d", n, binary.BigEndian.Uint64(sum[:8])%bound)
}
