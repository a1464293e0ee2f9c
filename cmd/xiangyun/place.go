package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// Folders of a server that is installed as its unit files say.
const (
	hubDir  = "/var/lib/xiangyun/hub"
	nodeDir = "/var/lib/xiangyun/node"
)

// Places a command can talk to.
const (
	atHub  = "hub"
	atNode = "node"
)

// placed gives commands the choice of the place they talk to.
func placed(usual string, list ...*cobra.Command) []*cobra.Command {
	for _, c := range list {
		clientFlags(c)
		c.PersistentFlags().String("dir", "", "数据目录(默认:节点 "+nodeDir+",省级 "+hubDir+")")
		c.PersistentFlags().String("at", usual, "向谁办理: node 节点,hub 省级中心")
		offer(c, "at", atNode, atHub)
	}
	return list
}

// talking gives commands under "hub" or "node", which have the flag of the
// folder already, those of a client.
func talking(list ...*cobra.Command) []*cobra.Command {
	for _, c := range list {
		clientFlags(c)
	}
	return list
}

// hubHere reports whether a command of placed talks to the hub.
func hubHere(cmd *cobra.Command) bool {
	at := cmd.Flags().Lookup("at")
	return at != nil && at.Value.String() == atHub
}

// folder is the data folder of the server to talk to.
func folder(cmd *cobra.Command) (string, error) {
	at := cmd.Flags().Lookup("at")
	if at == nil {
		return flag(cmd, "dir"), nil
	}
	if v := at.Value.String(); v != atHub && v != atNode {
		return "", usageError{errors.New("--at 只能是 node 或 hub")}
	}
	switch dir := flag(cmd, "dir"); {
	case dir != "":
		return dir, nil
	case hubHere(cmd):
		return hubDir, nil
	}
	return nodeDir, nil
}

// offer completes the values of a flag.
func offer(c *cobra.Command, name string, values ...string) {
	if err := c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic("complete --" + name + ": " + err.Error()) // a slip in the command table
	}
}
