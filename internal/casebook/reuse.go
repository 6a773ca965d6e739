package casebook

import (
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// reusable reports whether a kept diagnosis still answers a new question. It does
// not when the task was still running, when CloudTrail has settled since, or
// when a source failed in a way that may have passed.
func reusable(d diagnose.Diagnosis, now time.Time) bool {
	if !stopped(d) {
		return false
	}
	if d.CompleteAfter != nil && !now.Before(*d.CompleteAfter) {
		return false
	}
	for _, s := range d.Sources {
		switch s.Status {
		case evidence.SourceThrottled, evidence.SourceTimeout, evidence.SourceFailed:
			return false
		}
	}
	return true
}

// stopped reports whether the task's life was over when the diagnosis was made.
func stopped(d diagnose.Diagnosis) bool {
	return d.Task.LastStatus == "STOPPED" || !d.Task.StoppedAt.IsZero()
}

// fallback reports whether the kept diagnosis is to be given although a new one
// was tried and cannot be had. What is known of a task that AWS has forgotten is
// always better than nothing; when AWS fails us otherwise, only whoever did not
// insist on a new one gets the old.
func fallback(kept diagnose.Diagnosis, err error, refresh bool) bool {
	return KindOf(err) == UnknownTask || (!refresh && stopped(kept))
}
