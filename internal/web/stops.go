package web

import (
	"net/url"

	"whystopped/internal/casebook"
)

// stopRow is one stop in a list.
type stopRow struct {
	URL        string // empty where there is nothing to open
	Task       string // its id, cut; empty where there never was a task
	When       *moment
	Confidence confidenceWord
	Who        actor
	// Heading is left out where the page says it already.
	Heading string
	// Owed is set as long as there is no diagnosis.
	Owed bool
}

// keptStops are the rows of stops that are kept.
func keptStops(stops []casebook.Stop, clock clock) []stopRow {
	var rows []stopRow
	for _, s := range stops {
		rows = append(rows, keptStop(s, clock))
	}
	return rows
}

func keptStop(s casebook.Stop, clock clock) stopRow {
	row := stopRow{Task: shortID(s.Ref.TaskID), When: clock.dateTime(s.At), Owed: s.Diagnosis == ""}
	switch {
	case !row.Owed:
		row.URL = reportPath(s.Diagnosis)
		row.Confidence, row.Who, row.Heading = confidenceOf(s.Verdict.Confidence), actorOf(s.Verdict.Identity), s.Verdict.Title.English
	case s.Ref.TaskID != "" && s.Ref.ARN() != "":
		row.URL = "/diagnose?task=" + url.QueryEscape(s.Ref.ARN())
	}
	return row
}
