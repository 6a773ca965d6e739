package slack

import (
	slackgo "github.com/slack-go/slack"
)

// markType tells our messages of incidents from all others in a channel.
const markType = "whystopped_incident"

// The kinds of messages that are marked.
const (
	ofIncident = "incident" // the message of an incident itself
	ofGrowth   = "growth"   // one below it that calls those who follow it
)

// mark is what a message carries, for us and not for people: of which incident
// it is, and what it told. By it a message is found again whose posting was
// never confirmed.
// Source: https://docs.slack.dev/messaging/message-metadata
type mark struct {
	incident, kind string
	told           told
}

func (m mark) asOption() slackgo.MsgOption {
	return slackgo.MsgOptionMetadata(slackgo.SlackMetadata{EventType: markType, EventPayload: map[string]any{
		"incident": m.incident, "kind": m.kind, "count": m.told.Count, "verdict": m.told.Verdict,
	}})
}

// markOf reads a message's mark; ok is false for a message that has none.
func markOf(md slackgo.SlackMetadata) (m mark, ok bool) {
	if md.EventType != markType {
		return mark{}, false
	}
	m.incident, ok = md.EventPayload["incident"].(string)
	m.kind, _ = md.EventPayload["kind"].(string)
	count, _ := md.EventPayload["count"].(float64) // as JSON has it
	m.told.Count = int(count)
	m.told.Verdict, _ = md.EventPayload["verdict"].(string)
	return m, ok
}
