package layout

import "testing"

// mostFiles is how many files a package may have, tests left out: with more, its
// list of files shows no floors.
const mostFiles = 26

// crowded are the packages that have more, and how many: less is welcome, more is
// not.
var crowded = map[string]int{
	"internal/casebook":  30,
	"internal/iampolicy": 33,
	"internal/redact":    27,
	"internal/web":       33,
}

func TestPackagesShowTheirFloors(t *testing.T) {
	for name, p := range packages(t) {
		if n, most := len(p.GoFiles), max(mostFiles, crowded[name]); n > most {
			t.Errorf("%s has %d files, more than %d: part it", name, n, most)
		}
	}
}
