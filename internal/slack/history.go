package slack

import (
	"context"
	"errors"
	"fmt"
	"time"

	slackgo "github.com/slack-go/slack"
)

const (
	// pageSize is how much Slack is asked for at a time, maxPages how often.
	// Source: https://docs.slack.dev/apis/web-api/pagination
	pageSize = 200
	maxPages = 20
)

// errTooMuch is a list that is too long to be read to its end.
var errTooMuch = fmt.Errorf("there is more than %d entries", pageSize*maxPages)

// tagged is a message of ours.
type tagged struct {
	metadata metadata
	at       place
}

// history reads the messages of a channel since a time, and hands those that
// are ours to see, until that has seen enough. The channel is given by its id.
func (c *Client) history(ctx context.Context, channel string, since time.Time, see func(tagged) (enough bool)) error {
	return c.pages(ctx, "conversations.history", func(cursor string) (string, bool, error) {
		got, err := c.api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{
			ChannelID: channel, Oldest: timestamp(since), Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
		})
		if err != nil {
			return "", false, err
		}
		return got.ResponseMetaData.NextCursor, seeTagged(channel, got.Messages, see), nil
	})
}

// replies is history for what stands below a message.
func (c *Client) replies(ctx context.Context, below place, since time.Time, see func(tagged) (enough bool)) error {
	return c.pages(ctx, "conversations.replies", func(cursor string) (string, bool, error) {
		messages, _, next, err := c.api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{
			ChannelID: below.Channel, Timestamp: below.Timestamp, Oldest: timestamp(since), Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
		})
		return next, seeTagged(below.Channel, messages, see), err
	})
}

// channels returns the ids of the channels that the bot is in, by name. Slack
// posts to a name but reads by an id only.
func (c *Client) channels(ctx context.Context) (map[string]string, error) {
	ids := map[string]string{}
	err := c.pages(ctx, "users.conversations", func(cursor string) (string, bool, error) {
		page, next, err := c.api.GetConversationsForUserContext(ctx, &slackgo.GetConversationsForUserParameters{
			Types: []string{"public_channel", "private_channel"}, ExcludeArchived: true, Cursor: cursor, Limit: pageSize,
		})
		for _, channel := range page {
			ids[channel.Name] = channel.ID
		}
		return next, false, err
	})
	return ids, err
}

// pages reads page after page. read gives the cursor of the next one, and
// whether that is still wanted.
func (c *Client) pages(ctx context.Context, method string, read func(cursor string) (next string, enough bool, err error)) error {
	cursor := ""
	for range maxPages {
		var next string
		var enough bool
		err := c.call(ctx, method, func() (err error) {
			next, enough, err = read(cursor)
			return err
		})
		if err != nil || enough || next == "" {
			return err
		}
		cursor = next
	}
	return fmt.Errorf("%s: %w", method, errTooMuch)
}

func seeTagged(channel string, messages []slackgo.Message, see func(tagged) (enough bool)) (enough bool) {
	for _, m := range messages {
		if found, ok := metadataOf(m.Metadata); ok && see(tagged{found, place{channel, m.Timestamp}}) {
			return true
		}
	}
	return false
}

// timestamp is a time as Slack counts messages.
func timestamp(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }

// unreadable reports whether there is no use in trying to read something again.
func unreadable(err error) bool {
	return refused(err) || errors.Is(err, errTooMuch) || errors.Is(err, errNoChannel)
}
