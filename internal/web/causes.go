package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
)

// CausesPage is the catalogue of causes, or what a search found in it.
type CausesPage struct {
	Page
	Query string
	Total int
	Found int
	Areas []causeArea
}

// causeArea is a heading of the catalogue with its causes.
type causeArea struct {
	Name   string
	Causes []causeRow
}

// causeRow is one cause in the list.
type causeRow struct {
	URL   string
	Code  string
	Title string
	Phase string
	Who   actor
}

func (s *Site) causes(w http.ResponseWriter, r *http.Request) error {
	query := strings.TrimSpace(r.URL.Query().Get("q"))
	found := search(s.opts.Causes, query)
	page := CausesPage{
		Page:  s.newPage(r.Context(), said("causes.title", nil), said("causes.description", nil), "/causes"),
		Query: query,
		Total: len(s.opts.Causes),
		Found: len(found),
		Areas: byArea(found),
	}
	page.Section = "causes"
	return s.render(w, http.StatusOK, "causes", page)
}

// search keeps the causes in which every word of the query occurs.
func search(causes []diagnose.CauseInfo, query string) []diagnose.CauseInfo {
	words := strings.Fields(strings.ToLower(query))
	var found []diagnose.CauseInfo
	for _, c := range causes {
		text := strings.ToLower(strings.Join(append([]string{c.Code, c.Area, c.Title.English, c.Meaning.English, c.Why.English, c.Category, c.Identity}, c.Examples...), "\n"))
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
			found = append(found, c)
		}
	}
	return found
}

// byArea groups causes under the areas' names, in the order of a task's life.
func byArea(causes []diagnose.CauseInfo) []causeArea {
	order := []string{"placement", "network", "roles", "image", "secrets", "logging", "volumes", "container", "runtime", "shutdown"}
	place := func(area string) int {
		if i := slices.Index(order, area); i >= 0 {
			return i
		}
		return len(order)
	}
	sorted := slices.SortedStableFunc(slices.Values(causes), func(a, b diagnose.CauseInfo) int {
		return cmp.Or(cmp.Compare(place(a.Area), place(b.Area)), cmp.Compare(a.Area, b.Area))
	})
	var areas []causeArea
	for i, c := range sorted {
		if i == 0 || c.Area != sorted[i-1].Area {
			areas = append(areas, causeArea{Name: labelOf("area", c.Area)})
		}
		last := &areas[len(areas)-1]
		last.Causes = append(last.Causes, causeRowOf(c))
	}
	return areas
}

func causeRowOf(c diagnose.CauseInfo) causeRow {
	return causeRow{URL: causePath(c.Code), Code: c.Code, Title: c.Title.English, Phase: phaseOf(verdict.Phase(c.Phase)), Who: causeActor(c)}
}

// causeActor is whose fault a cause is; the evidence of each task may decide.
func causeActor(c diagnose.CauseInfo) actor {
	if c.Identity == "depends" {
		return actor{Class: "unknown", Label: said("causes.depends", nil), Gloss: said("causes.depends.why", nil)}
	}
	return actorOf(verdict.Identity{Kind: verdict.IdentityKind(c.Identity)})
}
