package protocol

// MaxBasics bounds the rows of the basic catalogue that are loaded at once.
const MaxBasics = 2000

// BasicRow is what became of one row of a file of the basic catalogue.
type BasicRow struct {
	Row     int    `json:"row" doc:"第几行,从 1 起"`
	Code    string `json:"code"`
	Name    string `json:"name"`
	Outcome string `json:"outcome" doc:"new 新增,changed 变更,same 未变,refused 未载入"`
	Rule    string `json:"rule,omitempty"`
	Text    string `json:"text,omitempty" doc:"未载入的原因"`
}

// What becomes of a row.
const (
	BasicNew     = "new"
	BasicChanged = "changed"
	BasicSame    = "same"
	BasicRefused = "refused"
)
