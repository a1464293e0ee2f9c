//go:build race

package province

const raceDetector = true
