package desk

import (
	"encoding/json"
	"fmt"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// idemKey names a form: the place, the person at it and the nonce of the form
// (cases.md §11).
func (d *Desk) idemKey(who *protocol.Account, nonce string) string {
	return string(d.Node) + "/" + By(who) + "/" + nonce
}

// sumOf is the hash of all that was submitted under a key.
func sumOf(body any) (protocol.Hash, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return protocol.Hash{}, fmt.Errorf("encode what was submitted: %w", err)
	}
	return protocol.HashOf(raw), nil
}

// answered looks for the answer that a form got before. The record is given as it
// stands now. Another form under the same key is refused (G-11): nobody may leave
// with the answer to something else.
func (d *Desk) answered(tx *store.ReadTx, c *command) (rec protocol.Record, before bool, err error) {
	if c.key == "" || c.who == nil {
		return rec, false, nil
	}
	kept, before, err := tx.Kept(d.idemKey(c.who, c.key))
	if err != nil || !before {
		return rec, false, err
	}
	sum, err := sumOf(c.body)
	if err != nil {
		return rec, false, err
	}
	rec, there, err := tx.Get(kept.Ref)
	switch {
	case err != nil:
		return rec, false, err
	case kept.Sum != sum:
		return rec, false, usedKey(kept.Ref, rec)
	case !there:
		return rec, false, orGone(nil, kept.Ref)
	}
	return rec, true, nil
}

func usedKey(ref protocol.Ref, rec protocol.Record) error {
	text := "这张表单已经提交过,内容与现在填写的不同;请刷新后重新填写再提交"
	if c, err := protocol.Load[protocol.Case](rec); ref.Kind == "case" && err == nil {
		text = "这张表已用于办件 " + c.ReceiptNo + ",内容与现在填写的不同;如是另一件申请或操作,请核对后再提交一次"
	}
	return &protocol.Fault{Code: protocol.Refused, Op: "submit", Ref: ref, Rule: "G-11", Text: text}
}

// remember keeps the answer with the form's key, in the transaction of the act.
func (d *Desk) remember(tx *store.Tx, c *command, rec protocol.Record) error {
	if c.key == "" {
		return nil
	}
	sum, err := sumOf(c.body)
	if err != nil {
		return err
	}
	return tx.Keep(d.idemKey(c.who, c.key), store.Kept{Sum: sum, Ref: rec.Ref, Rev: rec.Rev})
}
