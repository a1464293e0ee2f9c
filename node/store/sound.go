package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"xiangyun/protocol"
	"xiangyun/replication/boltfile"
)

// sound looks at the file before bbolt maps it: what bbolt would die of becomes
// a fault with the one way out (pitfalls.B3). An empty file is one that was cut,
// never a new one: a new database does not exist yet.
func sound(path string) error {
	err := boltfile.Check(path)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, boltfile.ErrInUse):
		return inUse()
	}
	return ruined(path, err)
}

func inUse() error {
	return &protocol.Fault{Code: protocol.Busy, Op: "open store", Text: "本节点的数据目录正被另一个进程使用", Hint: "本节点多半已在运行;确认停止后再启动"}
}

// orphaned refuses to begin anew beside a redo log: a new database makes its
// log after itself, so this one belongs to a database that went missing, and
// may hold what was acknowledged and is nowhere else. A new one would fork.
func orphaned(path string) error {
	if _, err := os.Stat(path + ".redo"); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	return &protocol.Fault{Code: protocol.BadChain, Op: "open store",
		Text: fmt.Sprintf("数据库 %s 不见了,而它的 %s.redo 还在;不能另建一个新的,否则会与省级的记录分叉", path, path),
		Hint: fmt.Sprintf("把 %s 放回原处再启动(两个文件须出自同一时刻)。找不回来时,把 %s.redo 移到别处保存(不要删除),"+
			"向省级管理员要新令牌,用 xiangyun node enroll 重新接入", path, path)}
}

// ruined tells the operator what is at stake before anything else is done with
// the file: what the hub has comes back, what was never pushed does not.
func ruined(path string, err error) error {
	f := &protocol.Fault{Code: protocol.BadChain, Op: "open store", Err: err}
	f.Text = "本节点的数据库已损坏,不能启动;" + atStake(path)
	f.Hint = fmt.Sprintf("先检查磁盘;把 %s 和 %s.redo 移到别处保存(不要删除),向省级管理员要新令牌,用 xiangyun node enroll 重新接入。"+
		"省级已有的内容会自动取回;没有上报的凭申请人手中的收件回执重新录入", path, path)
	return f
}

func atStake(path string) string {
	rows := boltfile.Tally(path)
	n := 0
	for _, lane := range protocol.Lanes {
		n += rows[string(bucketPending[lane])]
	}
	switch {
	case len(rows) == 0:
		return "文件已不可读,未上报的操作数不明"
	case n == 0:
		return "可读部分中没有未上报的操作"
	}
	return fmt.Sprintf("可读部分中至少有 %d 项操作(含收件)没有上报,重新接入后会丢失", n)
}

// panicked is a panic of bbolt that Check did not foresee.
func panicked(path string, p any) error {
	return ruined(path, errors.New(strings.TrimSpace(fmt.Sprint(p))))
}
