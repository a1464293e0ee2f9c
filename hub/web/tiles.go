package web

import (
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// tile is one place on the schematic map: squares laid out roughly as the places
// lie to each other, drawn by us after no map. A place of the province-managed
// kind has a tile of its own.
type tile struct {
	zh, en   string
	division protocol.Division // of the node that stands here; "" when it has none
	id       protocol.NodeID   // else the node's usual id
	col, row int
}

var tiles = []tile{
	{"白城", "Baicheng", "220800", "baicheng", 0, 0}, {"松原", "Songyuan", "220700", "songyuan", 1, 0}, {"长春新区", "Changchun New Area", "", "changchun-xinqu", 2, 0},
	{"四平", "Siping", "220300", "siping", 0, 1}, {"长春", "Changchun", "220100", "changchun", 1, 1}, {"吉林", "Jilin City", "220200", "jilin", 2, 1},
	{"延边", "Yanbian", "222400", "yanbian", 3, 1}, {"辽源", "Liaoyuan", "220400", "liaoyuan", 0, 2}, {"梅河口", "Meihekou", "220581", "meihekou", 1, 2},
	{"白山", "Baishan", "220600", "baishan", 2, 2}, {"长白山", "Changbaishan", "", "changbaishan", 3, 2}, {"通化", "Tonghua", "220500", "tonghua", 1, 3},
}

// Sizes of the map in units of its own: it scales with the page.
const tileW, tileH, tileGap = 150, 88, 8

// drawnTile is a tile with its figures.
type drawnTile struct {
	X, Y        int
	Name        string
	Tone        page.Tone
	Fill, Edge  string
	Sign        string // the word of the colour, so that colour is never alone
	Figures     string
	Href        string
	There       bool // a node stands here
	Title       string
	TX, NY      int // of the texts
	FY, SignY   int
	EdgeW       int
	Ink, Subtle string
}

// drawTiles lays the places out; those without a tile stand in rows below.
func drawTiles(v *console.Visit, nodes []*protocol.Node, tallies []protocol.ClockTally) (list []drawnTile, width, height int) {
	taken := map[protocol.NodeID]bool{}
	for _, t := range tiles {
		d := drawnTile{Name: t.zh}
		if v.Lang() == page.EN {
			d.Name = t.en
		}
		n := t.node(nodes)
		switch {
		case n == nil:
			d.Sign = v.T("clocks.no-node")
		case !works(n):
			taken[n.ID], d.Sign = true, v.StateWord("node", n.State)
		default:
			taken[n.ID] = true
			d.tell(v, tallyOf(tallies, n.ID))
		}
		list = append(list, d.at(t.col, t.row))
	}
	col, row := 3, 3
	for _, n := range nodes {
		if taken[n.ID] || !works(n) {
			continue
		}
		d := drawnTile{Name: n.Name}
		d.tell(v, tallyOf(tallies, n.ID))
		list = append(list, d.at(col, row))
		if col++; col > 3 {
			col, row = 0, row+1
		}
	}
	for _, d := range list {
		width, height = max(width, d.X+tileW+2), max(height, d.Y+tileH+2)
	}
	return list, width, height
}

// works: a node that is fenced still holds cases.
func works(n *protocol.Node) bool {
	return n.State == protocol.NodeEnrolled || n.State == protocol.NodeFenced
}

// node finds who stands on a tile: by the division it serves, else by its id.
func (t *tile) node(nodes []*protocol.Node) *protocol.Node {
	for _, n := range nodes {
		for _, d := range n.Divisions {
			if t.division != "" && d == t.division {
				return n
			}
		}
	}
	for _, n := range nodes {
		if n.ID == t.id {
			return n
		}
	}
	return nil
}

func (d *drawnTile) tell(v *console.Visit, c protocol.ClockTally) {
	d.There, d.Href = true, clocksHref(c.Place, "")
	switch {
	case c.Red > 0:
		d.Tone, d.Sign = page.Bad, v.T("clocks.tile-red", c.Red)
	case c.Yellow > 0:
		d.Tone, d.Sign = page.Warn, v.T("clocks.tile-yellow", c.Yellow)
	default:
		d.Tone, d.Sign = page.Good, v.T("clocks.tile-fine")
	}
	d.Figures = v.T("clocks.tile-open", c.Open)
	d.Title = v.T("clocks.tile-title", d.Name, c.Open, c.Red, c.Yellow, c.Today)
}

func (d drawnTile) at(col, row int) drawnTile {
	d.X, d.Y = col*(tileW+tileGap)+2, row*(tileH+tileGap)+2
	d.TX, d.NY, d.SignY, d.FY = d.X+14, d.Y+28, d.Y+52, d.Y+73
	d.Fill, d.Edge, d.EdgeW, d.Ink, d.Subtle = "#f3f6fa", "#b4c0cf", 1, "#525d6d", "#525d6d"
	if d.There {
		d.Ink = "#1a2433"
	}
	switch d.Tone {
	case page.Bad:
		d.Fill, d.Edge, d.EdgeW = "#fdebeb", "#a4161a", 3
	case page.Warn:
		d.Fill, d.Edge, d.EdgeW = "#fff2d4", "#b87900", 3
	case page.Good:
		d.Fill, d.Edge, d.EdgeW = "#e5f3ea", "#17663a", 1
	}
	return d
}
