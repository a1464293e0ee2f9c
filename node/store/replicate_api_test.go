package store

import "xiangyun/replication"

// An Uplink takes a Store as it is.
var _ replication.Local = (*Store)(nil)
