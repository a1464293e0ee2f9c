package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"xiangyun/protocol"
)

// notLost refuses to begin anew where this enrolment already had a database.
// The hub knows lines of this epoch that an empty journal does not, so what was
// accepted from now on would be a second history (replication.F1, T5): only a
// new enrolment, which fences the lost one, may begin anew.
func (n *Node) notLost() error {
	_, err := os.Stat(n.path(storeFile))
	if err == nil || !n.place.Begun {
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return &protocol.Fault{Code: protocol.BadChain, Op: "open store",
		Text: fmt.Sprintf("本节点(第 %d 代)的数据库 %s 不见了;不能另建一个新的,否则会与省级的记录分叉", n.place.Epoch, n.path(storeFile)),
		Hint: "先找一找原来的磁盘或目录:找到 node.db 和 node.db.redo 就放回原处再启动。找不回来时向省级管理员要新令牌," +
			"用 xiangyun node enroll 重新接入,省级已有的内容会自动取回;没有上报的凭收件回执重新录入"}
}

// begun notes that the database is there.
func (n *Node) begun() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.place.Begun {
		return nil
	}
	n.place.Begun = true
	return savePlace(n.cfg.Dir, n.place)
}
