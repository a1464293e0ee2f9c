package main

import (
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
)

// joiner is what a machine needs to be taken into the province.
type joiner struct {
	server string
	token  string
	log    *slog.Logger
	packet int // bytes
}

func joinerOf(cmd *cobra.Command) (j joiner, err error) {
	if err := needed(cmd, "server"); err != nil {
		return j, err
	}
	j.server = withPort(flag(cmd, "server"))
	if j.log, err = logger(cmd); err != nil {
		return j, err
	}
	if j.packet, err = packetSize(cmd); err != nil {
		return j, err
	}
	token, err := secret(cmd, "令牌", "token-file")
	j.token = strings.TrimSpace(token) // copied with blanks around it
	return j, err
}
