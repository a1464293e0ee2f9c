package protocol

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// ReceiptQR is what the code on a receipt says (cases.md §9): enough for any
// window to look a case up, and to bring it back when the node that received
// it is lost (F-03). It holds no name and no number of a person.
//
//	XYR1.<payload>.<signature>      base64url without padding, at most MaxReceiptQR bytes
//
// This file is the format. Signing, and verifying with a certificate, are package
// identity's. The form XYR1 is frozen; a change is XYR2 beside it.
type ReceiptQR struct {
	Case        string // record id of the case
	ReceiptNo   string
	Item        string // ItemID: implementation code and version
	Guide       Hash
	Received    Instant
	FP          [16]byte // first half of the applicant's fingerprint
	Materials   Hash     // MaterialsDigest of what was taken in
	Certificate [16]byte // of the node that signed: first half of the SHA-256 of its certificate
}

// MaxReceiptQR bounds the text of the code, in bytes.
const MaxReceiptQR = 600

const (
	receiptMagic   = "XYR1"
	receiptSigSize = 64 // ed25519
)

// SignedReceipt is a code taken apart. Text is what Signature signs.
type SignedReceipt struct {
	ReceiptQR
	Text      string
	Signature []byte
}

var base64Strict = base64.RawURLEncoding.Strict()

// Text gives what is to be signed: magic and payload.
func (r *ReceiptQR) Text() (string, error) {
	if err := r.validate(); err != nil {
		return "", err
	}
	var b []byte
	for _, s := range []string{r.Case, r.ReceiptNo, r.Item} {
		b = append(append(b, byte(len(s))), s...)
	}
	b = append(b, r.Guide[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Received))
	b = append(append(append(b, r.FP[:]...), r.Materials[:]...), r.Certificate[:]...)
	return receiptMagic + "." + base64Strict.EncodeToString(b), nil
}

// maxReceiptWord bounds each of the three texts.
const maxReceiptWord = 100

func (r *ReceiptQR) validate() error {
	for _, f := range []struct{ what, text string }{{"办件编号", r.Case}, {"收件编号", r.ReceiptNo}, {"事项版本", r.Item}} {
		if f.text == "" || len(f.text) > maxReceiptWord || !printable(f.text) {
			return badReceipt("收件凭证二维码的%s缺失、过长或含有不能识别的字符", f.what)
		}
	}
	if r.Received <= 0 || r.Guide.IsZero() {
		return badReceipt("收件凭证二维码缺少收件时间或指南版本")
	}
	return nil
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

func badReceipt(format string, args ...any) error {
	return NewFault(Malformed, "read receipt code", format, args...)
}

// ReceiptDomain keeps a receipt from ever being a valid signature of anything
// else made with the same key, checkpoints included.
const ReceiptDomain = "xiangyun receipt v1\x00"

// SignedBy reports whether an Ed25519 key signed the code.
func (r *SignedReceipt) SignedBy(key []byte) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, []byte(ReceiptDomain+r.Text), r.Signature)
}

// SealReceiptQR joins the text and its signature.
func SealReceiptQR(text string, signature []byte) (string, error) {
	sealed := text + "." + base64Strict.EncodeToString(signature)
	if len(sealed) > MaxReceiptQR {
		return "", NewFault(TooBig, "seal receipt code", "收件凭证二维码超过 %d 字节,请缩短编号", MaxReceiptQR)
	}
	if _, err := ParseReceiptQR(sealed); err != nil {
		return "", err
	}
	return sealed, nil
}

// ParseReceiptQR takes a scanned code apart. It believes nothing yet: see
// identity.VerifyReceipt. Only the one spelling that SealReceiptQR writes is
// read; spaces that a scanner adds at the ends are not part of it.
func ParseReceiptQR(scanned string) (*SignedReceipt, error) {
	s := strings.TrimSpace(scanned)
	switch {
	case len(s) > MaxReceiptQR:
		return nil, NewFault(TooBig, "read receipt code", "二维码内容过长,不是收件凭证")
	case !strings.HasPrefix(s, receiptMagic+"."):
		return nil, badReceipt("这不是祥云收件凭证的二维码(应以 %s 开头),请扫描收件凭证左下角的二维码", receiptMagic)
	}
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return nil, badReceipt("收件凭证二维码不完整,请展平凭证后重新扫描")
	}
	payload, err := base64Strict.DecodeString(parts[1])
	signature, err2 := base64Strict.DecodeString(parts[2])
	if err != nil || err2 != nil || len(signature) != receiptSigSize || strings.ContainsAny(s, "\r\n") {
		return nil, badReceipt("收件凭证二维码不完整或被改动,请展平凭证后重新扫描")
	}
	r := &SignedReceipt{Text: parts[0] + "." + parts[1], Signature: signature}
	return r, r.decode(payload)
}

func (r *ReceiptQR) decode(b []byte) error {
	for _, s := range []*string{&r.Case, &r.ReceiptNo, &r.Item} {
		if len(b) == 0 || len(b) <= int(b[0]) {
			return badReceipt("收件凭证二维码被截断,请展平凭证后重新扫描")
		}
		*s, b = string(b[1:1+b[0]]), b[1+b[0]:]
	}
	if len(b) != len(r.Guide)+8+len(r.FP)+len(r.Materials)+len(r.Certificate) {
		return badReceipt("收件凭证二维码被截断或多出内容,请展平凭证后重新扫描")
	}
	b = b[copy(r.Guide[:], b):]
	r.Received, b = Instant(binary.BigEndian.Uint64(b)), b[8:]
	b = b[copy(r.FP[:], b):]
	b = b[copy(r.Materials[:], b):]
	copy(r.Certificate[:], b)
	return r.validate()
}

// Node is the place that made the case id, "yanbian" of "yanbian-1-00000042-K";
// false when the id is not of that form or its check character is wrong.
func (r *ReceiptQR) Node() (NodeID, bool) {
	parts := strings.Split(r.Case, "-")
	n := len(parts) - 3
	if n < 1 || !onlyDigits(parts[n]) || !onlyDigits(parts[n+1]) || !ValidCheck37(r.Case) {
		return "", false
	}
	id := NodeID(strings.Join(parts[:n], "-"))
	return id, id.Validate() == nil
}

// MaterialsDigest sums up which lines were answered how and with which scans,
// so that a case brought back from paper can be compared with what was filed.
func MaterialsDigest(materials []Material) Hash {
	h := sha256.New()
	word := func(s string) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(s))))
		h.Write([]byte(s))
	}
	for _, m := range materials {
		word(m.Line)
		word(m.Presence)
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(m.Copies)))
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(m.Blobs))))
		for _, b := range m.Blobs {
			word(b)
		}
	}
	return Hash(h.Sum(nil))
}

// ShortFP is what a receipt code holds of an applicant's fingerprint (hex):
// its first 16 bytes; zero when there is none.
func ShortFP(fp string) (short [16]byte) {
	if b, err := hex.DecodeString(fp); err == nil && len(b) >= len(short) {
		copy(short[:], b)
	}
	return short
}
