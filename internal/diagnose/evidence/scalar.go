package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Time is an instant as AWS writes it in JSON: RFC 3339, with or without a
// zone, or seconds since 1970 with a fraction. The zero Time means "not known".
type Time struct{ time.Time }

// At makes a Time of a time.Time.
func At(t time.Time) Time { return Time{t} }

var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"}

// UnmarshalJSON reads any of the forms; null and "" give the zero Time.
func (t *Time) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if string(b) == "null" {
		return nil
	}
	if len(b) > 0 && b[0] != '"' {
		return t.fromEpoch(string(b))
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("read time: %w", err)
	}
	if s == "" {
		return nil
	}
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, s); err == nil {
			return t.set(at)
		}
	}
	if err := t.fromEpoch(s); err == nil {
		return nil
	}
	return fmt.Errorf("%q is neither an RFC 3339 time nor seconds since 1970", s)
}

// msThreshold tells milliseconds from seconds: as seconds it lies in the year 5138.
const msThreshold = 1e11

func (t *Time) fromEpoch(s string) error {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e15 {
		return fmt.Errorf("%q is neither an RFC 3339 time nor seconds since 1970", s)
	}
	if math.Abs(f) >= msThreshold {
		f /= 1000
	}
	sec, frac := math.Modf(f)
	return t.set(time.Unix(int64(sec), int64(math.Round(frac*1e6))*1000))
}

// set refuses what RFC 3339 has no year for: it could be read, but never be
// written again.
func (t *Time) set(at time.Time) error {
	at = at.UTC()
	if at.Year() < 0 || at.Year() > 9999 {
		return fmt.Errorf("the year %d is outside of 0 to 9999", at.Year())
	}
	t.Time = at
	return nil
}

// MarshalJSON writes RFC 3339 in UTC.
func (t Time) MarshalJSON() ([]byte, error) { return t.Time.UTC().MarshalJSON() }

// Text is a string that some writers of AWS's JSON give as a number.
type Text string

// UnmarshalJSON reads a string or a number; null gives "".
func (t *Text) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	switch {
	case string(b) == "null":
		return nil
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return fmt.Errorf("read text: %w", err)
		}
		*t = Text(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return fmt.Errorf("read text: %w", err)
	}
	*t = Text(n.String())
	return nil
}
