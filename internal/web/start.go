package web

import (
	"net/http"

	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
	"whystopped/internal/web/roles"
	"whystopped/internal/words"
)

// StartPage has the box, what goes on now, what was asked lately, and in the
// demo the samples.
type StartPage struct {
	Page
	GoingOn []incidentRow
	Samples []sampleGroup
	Recent  []recentRow
	// Roles are the two that people mix up.
	Roles []actor
}

// sampleGroup is samples that follow each other with the same note.
type sampleGroup struct {
	Note    string
	Samples []Sample
}

func groups(samples []Sample) []sampleGroup {
	var grouped []sampleGroup
	for i, s := range samples {
		if i == 0 || s.Note != samples[i-1].Note {
			grouped = append(grouped, sampleGroup{Note: s.Note})
		}
		last := &grouped[len(grouped)-1]
		last.Samples = append(last.Samples, s)
	}
	return grouped
}

// recentRow is one kept diagnosis in a list.
type recentRow struct {
	URL     string
	Who     actor
	Heading string
	Where   []string
	When    *moment
	// Brought is set where somebody provided the evidence.
	Brought bool
}

// The start page lists so many diagnoses, each task's newest: somebody who looks
// again and again at one task does not push the others out. Incidents that go on
// it lists at most goingOnShown.
const (
	recentShown  = 8
	recentRead   = 50
	goingOnShown = 5
)

func (s *Site) start(w http.ResponseWriter, r *http.Request) error {
	page := StartPage{
		Page:    s.newPage(r.Context(), said("start.title", nil), said("start.description", nil), "/"),
		Samples: groups(s.opts.Samples),
		Roles:   roles.Legend(words.English()),
	}
	page.OwnBox = true
	// The box works without the lists.
	kept, err := s.opts.Casebook.Summaries(r.Context(), casebook.Filter{}, "", recentRead)
	if err != nil {
		s.opts.Logger.WarnContext(r.Context(), "the start page lacks its recent diagnoses", "error", err)
	}
	page.Recent = s.recentRows(newestOfEach(kept.Summaries, recentShown))
	open, err := s.opts.Casebook.Incidents(r.Context(), casebook.Filter{}, true, "", goingOnShown)
	if err != nil {
		s.opts.Logger.WarnContext(r.Context(), "the start page lacks the ongoing incidents", "error", err)
	}
	page.GoingOn = incidentRows(open.Incidents, s.opts.Now())
	return s.render(w, http.StatusOK, "start", page)
}

// newestOfEach keeps the first diagnosis of each task or service, and those that
// are of none that is known, up to so many.
func newestOfEach(kept []casebook.Summary, most int) []casebook.Summary {
	var newest []casebook.Summary
	seen := map[taskref.Ref]bool{}
	for _, d := range kept {
		if d.Ref != (taskref.Ref{}) && seen[d.Ref] {
			continue
		}
		seen[d.Ref] = true
		if newest = append(newest, d); len(newest) == most {
			break
		}
	}
	return newest
}

func recentOf(d casebook.Summary, clock clock) recentRow {
	return recentRow{
		URL:     reportPath(d.ID),
		Who:     actorOf(d.Identity),
		Heading: d.Title,
		Where:   whereOf(d.Ref),
		When:    clock.ago(d.CreatedAt),
		Brought: d.Brought,
	}
}
