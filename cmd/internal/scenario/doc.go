// Package scenario plays the acceptance scenarios S-01 to S-25 of cases.md §19
// against real processes: three hub servers and three nodes, killed with
// SIGKILL or cut off where the scenario says so. Every act goes through the
// API that windows and departments use.
//
// The processes are built with the tag faults, so that the clock by which acts
// are stamped can be moved: weeks of the law pass in seconds. The scenarios are
// therefore played in the order of their dates, on one province.
package scenario
