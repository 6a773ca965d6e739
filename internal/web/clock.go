package web

import (
	"fmt"
	"time"
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
	return &moment{ISO: t.Format(time.RFC3339Nano), Text: t.Format(layout), Full: t.Format("2 January 2006, 15:04:05 UTC")}
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
	switch since := c.now.Sub(t); {
	case since < 0 || since >= 48*time.Hour:
		m.Text = "on " + t.UTC().Format("2 January 2006")
	case since < time.Minute:
		m.Text = "just now"
	case since < time.Hour:
		m.Text = count(int(since/time.Minute), "minute") + " ago"
	default:
		m.Text = count(int(since/time.Hour), "hour") + " ago"
	}
	return m
}

// offset writes how long after the first entry of a timeline another one came.
func offset(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("+%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("+%d:%02d min", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("+%d:%02d h", int(d.Hours()), int(d.Minutes())%60)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
