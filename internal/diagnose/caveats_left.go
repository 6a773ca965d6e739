package diagnose

import (
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
)

// forgottenCaveat returns the id of what marks a diagnosis of a task that ECS does not know any more.
func forgottenCaveat(ev evidence.Evidence) string {
	asked, _ := sourceNamed(ev, evidence.TaskSource)
	switch {
	case ev.Ref.TaskID == "" || asked.Status != evidence.SourceEmpty:
		return ""
	case ev.Task != nil:
		captured, _ := sourceNamed(ev, evidence.TaskEventsSource)
		if captured.Status == evidence.SourceOK {
			return "caveat.forgotten-event"
		}
		return "caveat.forgotten-kept"
	}
	return "caveat.forgotten"
}

// dataEventCaveat returns the id of what says where such a call is recorded, if
// anywhere.
func dataEventCaveat(ev evidence.Evidence) string {
	group, ok := sourceNamed(ev, evidence.TrailLogSource)
	switch {
	case !ok:
		return "caveat.data-event"
	case group.Status == evidence.SourceOK, group.Status == evidence.SourceEmpty:
		return "caveat.data-event-searched"
	}
	return "caveat.data-event-unread"
}

func sourceNamed(ev evidence.Evidence, name string) (evidence.Source, bool) {
	for _, s := range ev.Sources {
		if s.Name == name {
			return s, true
		}
	}
	return evidence.Source{}, false
}

// hostOf is the host in whose session the call of a CloudTrail record was made;
// "" for any other text.
func hostOf(ev evidence.Evidence, t *cause.Text) string {
	if t == nil || t.Place != cause.Trail {
		return ""
	}
	for _, r := range ev.CloudTrail {
		if r.EventID == t.Ref {
			return r.Host
		}
	}
	return ""
}
