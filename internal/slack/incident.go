package slack

import (
	"net/url"
	"strconv"
	"time"

	"whystopped/internal/arn"
	"whystopped/internal/casebook"
	"whystopped/internal/slack/channels"
	"whystopped/internal/taskref"
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
		field{"Identity", whose(v.Identity)},
		field{"Confidence", prose(label("confidence", v.Confidence), 100)},
		groupField(in.Place),
		field{"Cluster", code(in.Place.Cluster, 300)},
		field{"Revision", code(revisionName(in.Revision), 300)},
		field{"Stopped", tasks(in.Count)},
		field{"How often", rate(in.Rate())},
		field{"Between", between(in.First, in.Last)},
	)
	if address := incidentLink(publicURL, in.ID); address != "" {
		m.small(link(address, "Open the incident", maxField))
	}
	if address := reportLink(publicURL, in.Diagnosis); address != "" {
		m.small(link(address, "Open the report", maxField))
	}
	return m
}

// updateMessage says in the thread what has become of the incident.
func updateMessage(before announced, now casebook.Incident) message {
	m := message{text: tasks(now.Count) + " so far"}
	var last mrkdwn
	if !now.Last.IsZero() {
		last = "Last stop: " + moment(now.Last)
	}
	m.section(lines("*"+tasks(now.Count)+"* stopped for the same reason so far.", last))
	if before.Verdict != verdictDigest(now.Verdict) {
		m.section(lines("New verdict: "+bold(now.Verdict.Title.English, maxTitle), prose(now.Verdict.Summary.English, maxSummary)))
	}
	return m
}

// mergedMessage takes the place of the message of an incident that turned out to
// be a part of another.
func mergedMessage(in casebook.Incident, publicURL string) message {
	const merged = "This is part of another incident."
	m := message{text: merged}
	m.section(lines(bold(in.Verdict.Title.English, maxTitle), merged))
	if address := incidentLink(publicURL, in.Into); address != "" {
		m.small(link(address, "Open the other incident", maxField))
	}
	return m
}

// groupField names the service, or what else the tasks have in common.
func groupField(place taskref.Ref) field {
	if service := place.Service(); service != "" {
		return field{"Service", code(service, 300)}
	}
	if family := place.Family(); family != "" {
		return field{"Family", code(family, 300)}
	}
	return field{"Group", code(place.Group, 300)} // whoever ran the task named it
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
	if n == 1 {
		return "1 task"
	}
	return mrkdwn(strconv.Itoa(n) + " tasks")
}

// rate says how often it happens, given how often an hour; nothing for 0.
func rate(hourly float64) mrkdwn {
	const often = 120
	switch {
	case hourly <= 0:
		return ""
	case hourly < 10:
		return mrkdwn(strconv.FormatFloat(hourly, 'f', 1, 64) + " an hour")
	case hourly < often:
		return mrkdwn(strconv.FormatFloat(hourly, 'f', 0, 64) + " an hour")
	}
	return mrkdwn(strconv.FormatFloat(hourly/60, 'f', 0, 64) + " a minute")
}

func between(first, last time.Time) mrkdwn {
	switch {
	case first.IsZero():
		return ""
	case last.IsZero() || !last.After(first):
		return moment(first)
	}
	return moment(first) + " and " + moment(last)
}
