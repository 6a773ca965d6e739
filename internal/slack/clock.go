package slack

import "time"

// Clock tells and awaits the time.
type Clock interface {
	Now() time.Time
	// After gives a channel on which the time comes once d has passed.
	After(d time.Duration) <-chan time.Time
}

// SystemClock is the machine's own.
type SystemClock struct{}

// Now is the current time.
func (SystemClock) Now() time.Time { return time.Now() }

// After is time.After.
func (SystemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
