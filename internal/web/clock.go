package web

import (
	"time"

	"whystopped/internal/words"
)

// clock writes times for people; its value is the time of the request.
type clock struct{ now time.Time }

// moment is a time as a page shows it; nil where the time is not known.
type moment struct {
	ISO  string // for <time datetime>
	Text string // what is read
	Full string // what hovering shows: date and time in UTC
}

func (clock) moment(t time.Time, layout string) *moment {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &moment{ISO: t.Format(time.RFC3339Nano), Text: t.Format(layout), Full: words.English().Time(t)}
}

// timeOfDay is for places where the day is plain from the page.
func (c clock) timeOfDay(t time.Time) *moment { return c.moment(t, "15:04:05 UTC") }

// dateTime is for places that stand alone.
func (c clock) dateTime(t time.Time) *moment { return c.moment(t, "2006-01-02 15:04:05 UTC") }

// ago says how long ago t was, or the date where that is more than two days.
func (c clock) ago(t time.Time) *moment {
	m := c.dateTime(t)
	if m == nil {
		return nil
	}
	m.Text = words.English().Ago(t, c.now)
	return m
}

// offset writes how long after the first entry of a timeline another one came.
func offset(d time.Duration) string { return "+" + words.English().Duration(d.Round(time.Second)) }
