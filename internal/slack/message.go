package slack

import slackgo "github.com/slack-go/slack"

// message is what is sent: blocks, and the text of notifications and of clients
// that show no blocks.
type message struct {
	text     mrkdwn
	blocks   []slackgo.Block
	metadata *metadata // nil for none
}

// withMetadata returns the message with metadata.
func (m message) withMetadata(as metadata) message {
	m.metadata = &as
	return m
}

// digestOf is the same for messages that look the same.
func digestOf(m message) string { return digest(m.text, m.blocks) }

// section adds a paragraph. What is empty adds nothing; what Slack would refuse
// for its length was cut by whoever made it.
func (m *message) section(text mrkdwn) {
	if text != "" {
		m.add(slackgo.NewSectionBlock(text.text(), nil, nil))
	}
}

// field is one of several short things that stand side by side.
type field struct{ label, value mrkdwn }

// fields adds what has a value; Slack takes ten at most.
func (m *message) fields(all ...field) {
	var objects []*slackgo.TextBlockObject
	for _, f := range all {
		if f.value != "" && len(objects) < 10 {
			objects = append(objects, lines("*"+f.label+"*", f.value).text())
		}
	}
	if len(objects) > 0 {
		m.add(slackgo.NewSectionBlock(nil, objects, nil))
	}
}

// small adds a line of small print.
func (m *message) small(text mrkdwn) {
	if text != "" {
		m.add(slackgo.NewContextBlock("", text.text()))
	}
}

func (m *message) add(b slackgo.Block) {
	if len(m.blocks) < maxBlocks {
		m.blocks = append(m.blocks, b)
	}
}

// asWebhook is the message for a response_url.
func (m message) asWebhook(responseType string) *slackgo.WebhookMessage {
	return &slackgo.WebhookMessage{
		Text: string(m.text), Blocks: m.blockSet(), ResponseType: responseType, UnfurlLinks: new(false), UnfurlMedia: new(false),
	}
}

// asOptions is the message for chat.postMessage and chat.update.
func (m message) asOptions() slackgo.MsgOption {
	options := []slackgo.MsgOption{
		slackgo.MsgOptionText(string(m.text), false), slackgo.MsgOptionBlocks(m.blocks...),
		slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl(),
	}
	if m.metadata != nil {
		options = append(options, m.metadata.asOption())
	}
	return slackgo.MsgOptionCompose(options...)
}

// asUnfurl is the message for chat.unfurl.
func (m message) asUnfurl() slackgo.Attachment {
	return slackgo.Attachment{Fallback: string(m.text), Blocks: *m.blockSet()}
}

func (m message) blockSet() *slackgo.Blocks { return &slackgo.Blocks{BlockSet: m.blocks} }
