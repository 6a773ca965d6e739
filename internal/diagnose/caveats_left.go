package diagnose

import (
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
)

// forgottenCaveat marks a diagnosis of a task that ECS does not know any more.
func forgottenCaveat(ev evidence.Evidence) string {
	asked, _ := sourceNamed(ev, evidence.TaskSource)
	switch {
	case ev.Ref.TaskID == "" || asked.Status != evidence.SourceEmpty:
		return ""
	case ev.Task != nil:
		captured, _ := sourceNamed(ev, evidence.TaskEventsSource)
		if captured.Status == evidence.SourceOK {
			return "ECS has forgotten the task: what is known of it is its last event, which the cluster's event capture kept."
		}
		return "ECS has forgotten the task: what is known of it was read or told while ECS still knew it, and kept."
	}
	return "ECS has forgotten the task: this is made of what is left of it, in CloudTrail, in logs and in its service's events."
}

// dataEventCaveat says where such a call is recorded, if anywhere.
func dataEventCaveat(ev evidence.Evidence, action string) string {
	words := "Calls such as " + action + " are data events: CloudTrail's event history never shows them"
	group, ok := sourceNamed(ev, evidence.TrailLogSource)
	switch {
	case !ok:
		return words + "."
	case group.Status == evidence.SourceOK, group.Status == evidence.SourceEmpty:
		return words + "; the log group of a trail that may have them was searched, and this call is not in it."
	}
	return words + "; the log group of a trail that may have them could not be searched to the end."
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
