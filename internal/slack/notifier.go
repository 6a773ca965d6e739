package slack

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"whystopped/internal/slack/channels"
)

const (
	// quiet is how long an incident's message is left alone after each change.
	quiet = time.Minute
	// maxThreads bounds how many incidents are remembered; the one that was
	// quiet for longest is forgotten first.
	maxThreads = 500
	// maxFailures is how often in a row an incident is tried to be told.
	maxFailures = 5
	// tellTimeout bounds the telling of one change, with all its patience.
	tellTimeout = 5 * time.Minute
)

// NotifierOptions are what a Notifier is made of. All are needed.
type NotifierOptions struct {
	Client   *Client
	Channels channels.Rules
	Log      *slog.Logger
	Clock    Clock
}

// Notifier keeps one message for each incident up to date, in the channel that
// the rules choose for it. Which message belongs to which incident is known as
// long as the process lives. It is safe for concurrent use; Run does the work.
type Notifier struct {
	opts NotifierOptions
	wake chan struct{}

	mu      sync.Mutex
	threads map[string]*thread // by incident
}

// thread is an incident's message and what stands below it.
type thread struct {
	id      string
	channel string
	place   place // once it was posted
	latest  Incident
	shown   Incident // in the message
	told    Incident // below it
	news    bool     // latest is not shown yet
	due     time.Time
	touched time.Time
	failed  int
	silent  bool // Slack will not have it
}

// NewNotifier makes a Notifier. The client needs a token.
func NewNotifier(o NotifierOptions) (*Notifier, error) {
	if o.Client == nil || !o.Client.canPost() || len(o.Channels) == 0 || o.Log == nil || o.Clock == nil {
		return nil, errors.New("slack: a notifier needs Client with a bot token, Channels, Log and Clock")
	}
	return &Notifier{opts: o, wake: make(chan struct{}, 1), threads: map[string]*thread{}}, nil
}

// Notify notes how an incident stands. It only takes note and never waits; news
// that is older than what is known changes nothing.
func (n *Notifier) Notify(in Incident) {
	if !n.note(in) {
		return
	}
	select {
	case n.wake <- struct{}{}:
	default: // it will look anyway
	}
}

func (n *Notifier) note(in Incident) (news bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.opts.Clock.Now()
	t := n.threads[in.ID]
	if t == nil {
		channel := n.opts.Channels.For(in.subject())
		if channel == "" {
			return false
		}
		n.makeRoom()
		t = &thread{id: in.ID, channel: channel, due: now}
		n.threads[in.ID] = t
	}
	if t.silent || in.Count < t.latest.Count || in == t.latest {
		return false
	}
	t.latest, t.touched, t.news = in, now, true
	return true
}

// makeRoom forgets the quietest incident where there are too many.
func (n *Notifier) makeRoom() {
	if len(n.threads) < maxThreads {
		return
	}
	var quietest *thread
	for _, t := range n.threads {
		if quietest == nil || t.touched.Before(quietest.touched) {
			quietest = t
		}
	}
	delete(n.threads, quietest.id)
}

// Run tells what there is to tell until ctx ends.
func (n *Notifier) Run(ctx context.Context) {
	for ctx.Err() == nil {
		t, wait := n.next()
		if t != nil {
			n.tell(ctx, t)
			continue
		}
		var later <-chan time.Time
		if wait > 0 {
			later = n.opts.Clock.After(wait)
		}
		select {
		case <-n.wake:
		case <-later:
		case <-ctx.Done():
		}
	}
}

// next finds the incident whose turn it is. Where there is none, wait is how long
// there will be none; 0 where nothing is to be told at all.
func (n *Notifier) next() (first *thread, wait time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.threads {
		if t.news && !t.silent && (first == nil || t.due.Before(first.due)) {
			first = t
		}
	}
	if first == nil {
		return nil, 0
	}
	if wait := first.due.Sub(n.opts.Clock.Now()); wait > 0 {
		return nil, wait
	}
	return first, 0
}

// tell shows the newest state of an incident, and leaves it alone for a while.
// Only Run's goroutine calls it.
func (n *Notifier) tell(ctx context.Context, t *thread) {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	n.mu.Lock()
	in, was := t.latest, *t
	t.news = false
	n.mu.Unlock()

	at, told, err := n.send(ctx, was, in)

	n.mu.Lock()
	defer n.mu.Unlock()
	t.due = n.opts.Clock.Now().Add(quiet)
	t.place, t.told = at, told
	if err == nil {
		t.shown, t.failed = in, 0
		return
	}
	t.news, t.failed = true, t.failed+1
	t.silent = t.failed >= maxFailures || final(err)
	n.opts.Log.WarnContext(ctx, "an incident could not be told in Slack", "incident", t.id, "channel", t.channel, "again", !t.silent, "error", err)
}

// send posts the message of an incident, or changes the one that is there and
// tells the thread what matters. It gives where the message stands and what the
// thread knows, also where something failed on the way.
func (n *Notifier) send(ctx context.Context, t thread, in Incident) (at place, told Incident, err error) {
	if t.place == (place{}) {
		at, err = n.opts.Client.post(ctx, t.channel, "", incidentMessage(in))
		if err != nil {
			return place{}, Incident{}, err
		}
		return at, in, nil
	}
	if in != t.shown {
		if err := n.opts.Client.update(ctx, t.place, incidentMessage(in)); err != nil {
			return t.place, t.told, err
		}
	}
	if !worthTelling(t.told, in) {
		return t.place, t.told, nil
	}
	if _, err := n.opts.Client.post(ctx, t.place.channel, t.place.timestamp, growthMessage(t.told, in)); err != nil {
		return t.place, t.told, err
	}
	return t.place, in, nil
}

// worthTelling tells whether those who follow the thread are to be called: when
// there are twice as many tasks, or why they stopped is known better.
func worthTelling(told, now Incident) bool {
	return now.Count >= 2*told.Count || !told.sameVerdict(now)
}

// final tells whether Slack will give the same answer for ever, such as for a
// channel that there is not or a message that somebody removed.
func final(err error) bool {
	answer, ok := errors.AsType[slackgo.SlackErrorResponse](err)
	if !ok {
		return false
	}
	_, passes := patience(answer, 1)
	return !passes
}
