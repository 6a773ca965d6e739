package slack

import slackgo "github.com/slack-go/slack"

// metadataType tells our messages of incidents from all others in a channel.
const metadataType = "whystopped_incident"

// The kinds of messages of ours.
const (
	ofIncident = "incident" // the message of an incident itself
	ofUpdate   = "growth"   // one below it that calls those who follow it
)

// metadata is what a message carries for us and not for people: which incident it
// is of, and what it announced. By it a message is found again whose posting was
// never confirmed.
// Source: https://docs.slack.dev/messaging/message-metadata
type metadata struct {
	incident, kind string
	announced      announced
}

func (m metadata) asOption() slackgo.MsgOption {
	return slackgo.MsgOptionMetadata(slackgo.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{
		"incident": m.incident, "kind": m.kind, "count": m.announced.Count, "verdict": m.announced.Verdict,
	}})
}

// metadataOf reads a message's metadata; ok is false for a message that has none.
func metadataOf(md slackgo.SlackMetadata) (m metadata, ok bool) {
	if md.EventType != metadataType {
		return metadata{}, false
	}
	m.incident, ok = md.EventPayload["incident"].(string)
	m.kind, _ = md.EventPayload["kind"].(string)
	count, _ := md.EventPayload["count"].(float64) // as JSON has it
	m.announced.Count = int(count)
	m.announced.Verdict, _ = md.EventPayload["verdict"].(string)
	return m, ok
}
