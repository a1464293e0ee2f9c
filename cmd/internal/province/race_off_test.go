//go:build !race

package province

const raceDetector = false
