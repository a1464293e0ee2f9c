package sample

import (
	"image"
	"strconv"
)

// letters are the signs a sheet needs, five columns by seven rows; '#' is ink.
var letters = map[rune][7]string{
	'S': {" ####", "#    ", "#    ", " ### ", "    #", "    #", "#### "},
	'A': {" ### ", "#   #", "#   #", "#####", "#   #", "#   #", "#   #"},
	'M': {"#   #", "## ##", "# # #", "#   #", "#   #", "#   #", "#   #"},
	'P': {"#### ", "#   #", "#   #", "#### ", "#    ", "#    ", "#    "},
	'L': {"#    ", "#    ", "#    ", "#    ", "#    ", "#    ", "#####"},
	'E': {"#####", "#    ", "#    ", "#### ", "#    ", "#    ", "#####"},
	'0': {" ### ", "#   #", "#  ##", "# # #", "##  #", "#   #", " ### "},
	'1': {"  #  ", " ##  ", "  #  ", "  #  ", "  #  ", "  #  ", " ### "},
	'2': {" ### ", "#   #", "    #", "   # ", "  #  ", " #   ", "#####"},
	'3': {" ### ", "#   #", "    #", "  ## ", "    #", "#   #", " ### "},
	'4': {"   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "},
	'5': {"#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "},
	'6': {" ### ", "#    ", "#    ", "#### ", "#   #", "#   #", " ### "},
	'7': {"#####", "    #", "   # ", "   # ", "  #  ", "  #  ", "  #  "},
	'8': {" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "},
	'9': {" ### ", "#   #", "#   #", " ####", "    #", "    #", " ### "},
}

// write draws text with its upper left corner at x, y, each dot size points wide.
// A sign that is not in letters leaves a gap.
func write(page *image.Paletted, text string, x, y, size int) {
	for _, sign := range text {
		for row, dots := range letters[sign] {
			for column, dot := range dots {
				if dot == '#' {
					at := image.Pt(x+column*size, y+row*size)
					fill(page, image.Rectangle{at, at.Add(image.Pt(size, size))}, ink)
				}
			}
		}
		x += 6 * size
	}
}

func digits(n int) string { return strconv.Itoa(n) }
