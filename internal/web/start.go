package web

import (
	"net/http"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
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
}

// How many diagnoses and incidents the start page lists.
const (
	recentShown  = 8
	goingOnShown = 5
)

func (s *Site) start(w http.ResponseWriter, r *http.Request) error {
	page := StartPage{
		Page:    s.newPage("Why did it stop?", "Why a stopped ECS task stopped, whose permission was missing, and the policy that mends it.", "/"),
		Samples: groups(s.opts.Samples),
		Roles:   legend(),
	}
	page.OwnBox = true
	// The box works without the lists.
	kept, err := s.opts.Casebook.List(r.Context(), casebook.Filter{}, "", recentShown)
	if err != nil {
		s.opts.Logger.WarnContext(r.Context(), "the start page lacks its recent diagnoses", "error", err)
	}
	page.Recent = s.recentRows(kept)
	open, err := s.opts.Casebook.Incidents(r.Context(), casebook.Filter{}, true, "", goingOnShown)
	if err != nil {
		s.opts.Logger.WarnContext(r.Context(), "the start page lacks what goes on", "error", err)
	}
	page.GoingOn = incidentRows(open.Incidents, s.opts.Now())
	return s.render(w, http.StatusOK, "start", page)
}

func recentOf(d diagnose.Diagnosis, clock clock) recentRow {
	return recentRow{
		URL:     reportPath(d.ID),
		Who:     whoOf(d),
		Heading: d.Verdict.Title,
		Where:   whereOf(d.Task),
		When:    clock.ago(d.CreatedAt),
	}
}
