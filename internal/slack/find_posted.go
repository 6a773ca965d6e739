package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"whystopped/internal/casebook"
)

// clockSkew is how much earlier than a message may have been posted it is looked
// for: Slack's clock is another.
const clockSkew = time.Minute

// errNoChannel is a channel's name that the bot knows no channel of.
var errNoChannel = errors.New("the bot is in no channel of this name")

// findPosted finds what another process posted that died before it noted so. If
// Slack doesn't let us see that, nothing was posted as far as we know: an alert
// that comes twice is better than one that is lost.
func (d *delivery) findPosted(ctx context.Context, in casebook.Incident) error {
	since := d.state.Unsure.Add(-clockSkew)
	if d.state.Place == (place{}) {
		if err := d.findMessage(ctx, in, since); err != nil {
			return err
		}
	}
	if d.state.Place != (place{}) {
		err := d.unlessUnreadable(ctx, d.state.Channel, d.findLastUpdate(ctx, since))
		if err != nil {
			return fmt.Errorf("search the thread for earlier messages: %w", err)
		}
	}
	d.state.Unsure = time.Time{}
	return nil
}

// findMessage looks for the incident's message where it belongs. Where not
// even that was kept it may be in any channel: the verdict, by which one was
// chosen, may have been another.
func (d *delivery) findMessage(ctx context.Context, in casebook.Incident, since time.Time) error {
	candidates := []string{d.state.Channel}
	if d.state.Channel == "" {
		candidates[0] = d.opts.Channels.For(subjectOf(in))
		for _, r := range d.opts.Channels {
			candidates = append(candidates, r.Channel)
		}
	}
	for i, channel := range candidates {
		if channel == "" || slices.Contains(candidates[:i], channel) || d.state.Place != (place{}) {
			continue
		}
		err := d.unlessUnreadable(ctx, channel, d.findMessageIn(ctx, channel, since))
		if err != nil {
			return fmt.Errorf("look for the incident in %s: %w", channel, err)
		}
	}
	return nil
}

func (d *delivery) findMessageIn(ctx context.Context, channel string, since time.Time) error {
	id, err := d.channelID(ctx, channel)
	if err != nil {
		return err
	}
	return d.client.history(ctx, id, since, func(m tagged) bool {
		if m.metadata.incident != d.incident || m.metadata.kind != ofIncident {
			return false
		}
		d.state.Channel, d.state.Place, d.state.Told = channel, m.at, m.metadata.announced
		return true
	})
}

// findLastUpdate looks for the last thing that was announced in the thread.
func (d *delivery) findLastUpdate(ctx context.Context, since time.Time) error {
	var last tagged
	err := d.client.replies(ctx, d.state.Place, since, func(m tagged) bool {
		// Slack's timestamps are of one length, and so in the order of their text.
		if m.metadata.incident == d.incident && m.metadata.kind == ofUpdate && m.at.Timestamp > last.at.Timestamp {
			last = m
		}
		return false
	})
	if err == nil && last != (tagged{}) {
		d.state.Told = last.metadata.announced
	}
	return err
}

// channelID is the id of a channel as the rules name it.
func (d *delivery) channelID(ctx context.Context, channel string) (string, error) {
	name, ok := strings.CutPrefix(channel, "#")
	if !ok {
		return channel, nil
	}
	ids, err := d.client.channels(ctx)
	if err != nil {
		return "", err
	}
	if ids[name] == "" {
		return "", errNoChannel
	}
	return ids[name], nil
}

// unlessUnreadable lets an error pass only if reading may succeed later.
func (d *delivery) unlessUnreadable(ctx context.Context, channel string, err error) error {
	if err == nil || !unreadable(err) {
		return err
	}
	d.opts.Log.WarnContext(ctx, "can't find out in Slack whether an incident was posted; it may be posted twice",
		"incident", d.incident, "channel", channel, "error", err)
	return nil
}
