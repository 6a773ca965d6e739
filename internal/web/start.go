package web

import (
	"cmp"
	"net/http"
	"strings"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
)

// StartPage has the box, what was asked lately, and in the demo the samples.
type StartPage struct {
	Page
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

// The start page lists so many diagnoses, each task's newest: somebody who looks
// again and again at one task does not push the others out.
const (
	recentShown = 8
	recentRead  = 50
)

func (s *Site) start(w http.ResponseWriter, r *http.Request) error {
	page := StartPage{
		Page:    s.newPage("Why did it stop?", "Why a stopped ECS task stopped, whose permission was missing, and the policy that mends it.", "/"),
		Samples: groups(s.opts.Samples),
		Roles:   legend(),
	}
	page.OwnBox = true
	kept, err := s.opts.Casebook.List(r.Context(), casebook.Filter{}, "", recentRead)
	if err != nil {
		// The box works without the list.
		s.opts.Logger.WarnContext(r.Context(), "the start page lacks its recent diagnoses", "error", err)
	}
	clock := clock{now: s.opts.Now()}
	for _, d := range newestOfEach(kept.Diagnoses, recentShown) {
		page.Recent = append(page.Recent, recentOf(d, clock))
	}
	return s.render(w, http.StatusOK, "start", page)
}

// newestOfEach keeps the first diagnosis of each task or service, and those that
// are of none that is known, up to so many.
func newestOfEach(kept []diagnose.Diagnosis, most int) []diagnose.Diagnosis {
	var newest []diagnose.Diagnosis
	seen := map[string]bool{}
	for _, d := range kept {
		of := cmp.Or(d.Task.ARN, strings.Join(whereOf(d.Task), " "))
		if of != "" && seen[of] {
			continue
		}
		seen[of] = true
		if newest = append(newest, d); len(newest) == most {
			break
		}
	}
	return newest
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
