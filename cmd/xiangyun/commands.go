package main

import "github.com/spf13/cobra"

// clientCommands are those of people who work with records, by the nouns they
// work with; they talk to the node of --dir, or to the hub with --at hub.
func clientCommands() []*cobra.Command {
	return append(placed(atHub, agencyCommand()),
		placed(atNode, accountCommand(), itemCommand(), guideCommand(), catalogCommand(), caseCommand())...)
}
