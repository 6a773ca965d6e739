package slack

import (
	"strconv"
	"time"

	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/slack/channels"
)

// Incident is tasks that stopped alike, as far as is known by now.
type Incident struct {
	// ID stays the same while the incident grows.
	ID string
	// Cluster and Service are names; either may be empty.
	Cluster, Service string

	// Cause is the code of the newest verdict, and the rest says it for people.
	Cause      string
	Title      string
	Summary    string
	Identity   verdict.Identity
	Confidence verdict.Confidence

	// Count is how many tasks stopped between First and Last.
	Count       int
	First, Last time.Time
	// Link is the address of a report; "" where there is none.
	Link string
}

func (in Incident) subject() channels.Subject {
	return channels.Subject{Cluster: in.Cluster, Service: in.Service, Cause: in.Cause}
}

// sameVerdict tells whether both say the same of why.
func (in Incident) sameVerdict(other Incident) bool {
	return in.Cause == other.Cause && in.Title == other.Title && in.Identity == other.Identity && in.Confidence == other.Confidence
}

// incidentMessage is the one message of an incident, as it stands now.
func incidentMessage(in Incident) message {
	m := message{text: lines(prose(in.Title, maxTitle), tasks(in.Count))}
	m.section(lines(bold(in.Title, maxTitle), prose(in.Summary, maxSummary)))
	m.fields(
		field{"Whose permission", whose(in.Identity)},
		field{"How sure", prose(wordFor(confidenceWords, in.Confidence), 100)},
		field{"Service", code(in.Service, 300)},
		field{"Cluster", code(in.Cluster, 300)},
		field{"Stopped", tasks(in.Count)},
		field{"Between", between(in.First, in.Last)},
	)
	if in.Link != "" {
		m.small(link(in.Link, "Open the report", maxField))
	}
	return m
}

// growthMessage tells the thread what has become of the incident.
func growthMessage(before, now Incident) message {
	m := message{text: tasks(now.Count) + " by now"}
	var last mrkdwn
	if !now.Last.IsZero() {
		last = "The last one: " + moment(now.Last)
	}
	m.section(lines("*"+tasks(now.Count)+"* have stopped alike by now.", last))
	if !before.sameVerdict(now) {
		m.section(lines("The verdict is now: "+bold(now.Title, maxTitle), prose(now.Summary, maxSummary)))
	}
	return m
}

func tasks(n int) mrkdwn {
	if n == 1 {
		return "1 task"
	}
	return mrkdwn(strconv.Itoa(n) + " tasks")
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
