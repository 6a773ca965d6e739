package slack

import (
	"context"
	"regexp"
	"time"

	slackgo "github.com/slack-go/slack"
)

// channelOK is the id of a channel, or of a conversation of a few.
var channelOK = regexp.MustCompile(`^[CDG][A-Z0-9]{5,20}$`)

// sharedTime is how long Slack may take to say whether a channel is shared.
const sharedTime = 5 * time.Second

// audience is who sees a verdict in a channel: everybody, unless people of another
// company are among them, as Slack tells. A command doesn't say it, as an event
// does, so Slack is asked. Where it doesn't let us ask, for want of a token or a
// scope or in a private channel that the bot is not in, nobody can tell; where it
// doesn't answer, the verdict is for whoever asked alone.
// Source: https://docs.slack.dev/apis/slack-connect
func (b *Bot) audience(ctx context.Context, channel string) string {
	if !b.opts.Client.canPost() || !channelOK.MatchString(channel) {
		return forAll
	}
	shared, err := b.opts.Client.until(b.opts.Clock.Now().Add(sharedTime)).isShared(ctx, channel)
	switch {
	case refused(err):
		b.opts.Log.DebugContext(ctx, "Slack does not say whether a channel is shared with another company",
			"channel", channel, "error", err)
		return forAll
	case err != nil:
		b.opts.Log.WarnContext(ctx, "can't find out whether a channel is shared with another company",
			"channel", channel, "error", err)
		return forOne
	case shared:
		return forOne
	}
	return forAll
}

// isShared reports whether a channel is shared with another company, or will be
// once that accepts.
func (c *Client) isShared(ctx context.Context, channel string) (shared bool, err error) {
	err = c.call(ctx, "conversations.info", func() error {
		found, err := c.api.GetConversationInfoContext(ctx, &slackgo.GetConversationInfoInput{ChannelID: channel})
		if err == nil {
			shared = found.IsExtShared || found.IsPendingExtShared
		}
		return err
	})
	return shared, err
}
