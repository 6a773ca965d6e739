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

// lookBack is how much earlier than a message may have been posted it is looked
// for: Slack's clock is another.
const lookBack = time.Minute

// errNoChannel is a channel's name that the bot knows no channel of.
var errNoChannel = errors.New("the bot is in no channel of this name")

// look finds what an earlier telling posted that did not live to take note of
// it. Where Slack does not let us see that, it is taken to have posted nothing: an
// alert that is told twice is better than one that is lost.
func (w *telling) look(ctx context.Context, in casebook.Incident) error {
	since := w.thread.Unsure.Add(-lookBack)
	if w.thread.Place == (place{}) {
		if err := w.lookForMessage(ctx, in, since); err != nil {
			return err
		}
	}
	if w.thread.Place != (place{}) {
		err := w.unlessUnreadable(ctx, w.thread.Channel, w.lookForGrowth(ctx, since))
		if err != nil {
			return fmt.Errorf("look for what was told in the thread: %w", err)
		}
	}
	w.thread.Unsure = time.Time{}
	return nil
}

// lookForMessage looks for the incident's message where it belongs. Where not
// even that was kept it may be in any channel: the verdict, by which one was
// chosen, may have been another.
func (w *telling) lookForMessage(ctx context.Context, in casebook.Incident, since time.Time) error {
	candidates := []string{w.thread.Channel}
	if w.thread.Channel == "" {
		candidates[0] = w.Channels.For(subjectOf(in))
		for _, r := range w.Channels {
			candidates = append(candidates, r.Channel)
		}
	}
	for i, channel := range candidates {
		if channel == "" || slices.Contains(candidates[:i], channel) || w.thread.Place != (place{}) {
			continue
		}
		err := w.unlessUnreadable(ctx, channel, w.lookForMessageIn(ctx, channel, since))
		if err != nil {
			return fmt.Errorf("look for the incident in %s: %w", channel, err)
		}
	}
	return nil
}

func (w *telling) lookForMessageIn(ctx context.Context, channel string, since time.Time) error {
	id, err := w.channelID(ctx, channel)
	if err != nil {
		return err
	}
	return w.Client.history(ctx, id, since, func(m marked) bool {
		if m.incident != w.incident || m.kind != ofIncident {
			return false
		}
		w.thread.Channel, w.thread.Place, w.thread.Told = channel, m.at, m.told
		return true
	})
}

// lookForGrowth looks for the last thing that the thread was told.
func (w *telling) lookForGrowth(ctx context.Context, since time.Time) error {
	var last marked
	err := w.Client.replies(ctx, w.thread.Place, since, func(m marked) bool {
		// Slack's timestamps are of one length, and so in the order of their text.
		if m.incident == w.incident && m.kind == ofGrowth && m.at.Timestamp > last.at.Timestamp {
			last = m
		}
		return false
	})
	if err == nil && last != (marked{}) {
		w.thread.Told = last.told
	}
	return err
}

// channelID is the id of a channel as the rules name it.
func (w *telling) channelID(ctx context.Context, channel string) (string, error) {
	name, ok := strings.CutPrefix(channel, "#")
	if !ok {
		return channel, nil
	}
	ids, err := w.Client.channels(ctx)
	if err != nil {
		return "", err
	}
	if ids[name] == "" {
		return "", errNoChannel
	}
	return ids[name], nil
}

// unlessUnreadable lets an error pass only if reading may succeed later.
func (w *telling) unlessUnreadable(ctx context.Context, channel string, err error) error {
	if err == nil || !unreadable(err) {
		return err
	}
	w.Log.WarnContext(ctx, "Slack does not show whether an incident was told already; it may be told twice",
		"incident", w.incident, "channel", channel, "error", err)
	return nil
}
