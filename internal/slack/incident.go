package slack

import (
	"math"
	"net/url"
	"time"

	"whystopped/internal/arn"
	"whystopped/internal/casebook"
	"whystopped/internal/slack/channels"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

func subjectOf(in casebook.Incident) channels.Subject {
	return channels.Subject{Cluster: in.Place.Cluster, Service: in.Place.Service(), Cause: in.Verdict.Cause}
}

// incidentLink is the address of an incident's page; "" where it is not known
// how people reach the service.
func incidentLink(publicURL, id string) string {
	if publicURL == "" || id == "" {
		return ""
	}
	return publicURL + "/incidents/" + url.PathEscape(id)
}

// incidentMessage is the one message of an incident, as it stands now.
func incidentMessage(in casebook.Incident, publicURL string) message {
	v := in.Verdict
	m := message{text: lines(prose(v.Title.English, maxTitle), tasks(in.Count))}
	m.section(lines(bold(v.Title.English, maxTitle), prose(v.Summary.English, maxSummary)))
	m.fields(
		field{fieldName("identity"), whose(v.Identity)},
		field{fieldName("confidence"), prose(label("confidence", v.Confidence), 100)},
		groupField(in.Place),
		field{fieldName("cluster"), code(in.Place.Cluster, 300)},
		field{fieldName("revision"), code(revisionName(in.Revision), 300)},
		field{fieldName("stopped"), tasks(in.Count)},
		field{fieldName("rate"), rate(in.Rate())},
		field{fieldName("between"), between(in.First, in.Last)},
	)
	if address := incidentLink(publicURL, in.ID); address != "" {
		m.small(link(address, said("slack.open-incident", nil), maxField))
	}
	if address := reportLink(publicURL, in.Diagnosis); address != "" {
		m.small(link(address, said("slack.open-report", nil), maxField))
	}
	return m
}

// updateMessage says in the thread what has become of the incident.
func updateMessage(before announced, now casebook.Incident) message {
	m := message{text: say("slack.so-far", words.Args{"n": now.Count})}
	var last mrkdwn
	if !now.Last.IsZero() {
		last = sayMarked("slack.last-stop", map[string]mrkdwn{"at": moment(now.Last)})
	}
	m.section(lines(say("slack.same-reason", words.Args{"n": now.Count}), last))
	if before.Verdict != verdictDigest(now.Verdict) {
		m.section(lines(say("slack.new-verdict", nil), bold(now.Verdict.Title.English, maxTitle), prose(now.Verdict.Summary.English, maxSummary)))
	}
	return m
}

// mergedMessage takes the place of the message of an incident that turned out to
// be a part of another.
func mergedMessage(in casebook.Incident, publicURL string) message {
	merged := say("slack.merged", nil)
	m := message{text: merged}
	m.section(lines(bold(in.Verdict.Title.English, maxTitle), merged))
	if address := incidentLink(publicURL, in.Into); address != "" {
		m.small(link(address, said("slack.open-other", nil), maxField))
	}
	return m
}

// groupField names the service, or what else the tasks have in common.
func groupField(place taskref.Ref) field {
	if service := place.Service(); service != "" {
		return field{fieldName("service"), code(service, 300)}
	}
	if family := place.Family(); family != "" {
		return field{fieldName("family"), code(family, 300)}
	}
	return field{fieldName("group"), code(place.Group, 300)} // whoever ran the task named it
}

// revisionName is FAMILY:NUMBER of a task definition's ARN, and the text itself
// where it is none.
func revisionName(revision string) string {
	a, ok := arn.Parse(revision)
	if !ok {
		return revision
	}
	return a.ID()
}

func tasks(n int) mrkdwn {
	return say("slack.tasks", words.Args{"n": n})
}

// rate says how often it happens, given how often an hour; nothing for 0.
func rate(hourly float64) mrkdwn {
	const often = 120
	switch {
	case hourly <= 0:
		return ""
	case hourly < 10:
		return say("slack.rate.hour", words.Args{"n": math.RoundToEven(hourly*10) / 10})
	case hourly < often:
		return say("slack.rate.hour", words.Args{"n": math.RoundToEven(hourly)})
	}
	return say("slack.rate.minute", words.Args{"n": math.RoundToEven(hourly / 60)})
}

func between(first, last time.Time) mrkdwn {
	switch {
	case first.IsZero():
		return ""
	case last.IsZero() || !last.After(first):
		return moment(first)
	}
	return sayMarked("slack.between", map[string]mrkdwn{"first": moment(first), "last": moment(last)})
}
