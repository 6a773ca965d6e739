package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/slack/channels"
	"whystopped/internal/taskref"
)

const (
	// quiet is how long an incident's message is left alone after each change.
	quiet = time.Minute
	// settle is how long it may take until a message can be seen of which it is
	// not known whether it was posted.
	settle = 30 * time.Second
	// claimTime is how long nobody else tells of an incident. It is longer than
	// workTime and endTime, which bound one telling, so that what is under way
	// at the end of them has come to rest.
	claimTime = 90 * time.Second
	workTime  = 50 * time.Second
	endTime   = 10 * time.Second
)

// Book keeps what was told of incidents. The casebook's Store is one.
type Book interface {
	// Claim claims the right to tell people of an incident until a time or until
	// EndClaim: one holds it at a time. It returns casebook.ErrNotKept if there is
	// no such incident.
	Claim(ctx context.Context, incident string, now, until time.Time) (casebook.Claim, error)
	// EndClaim gives back the claim that was given at a time, and leaves a state
	// for the next holder. It returns casebook.ErrClaimLost and leaves nothing if
	// the claim is somebody else's by now.
	EndClaim(ctx context.Context, incident string, claimed time.Time, state []byte) error
	// ClaimUpdate returns an incident as it stands, and notes that people are told
	// that much: a message is pending again only once it changes.
	ClaimUpdate(ctx context.Context, incident string) (casebook.Incident, error)
}

// NotifierOptions are what a Notifier is made of. All but PublicURL are needed.
type NotifierOptions struct {
	Client   *Client
	Book     Book
	Channels channels.Rules
	// PublicURL is where people reach the service; without it messages have no
	// links.
	PublicURL string
	// Bounds are the only accounts and Regions of which people are told.
	Bounds taskref.Bounds
	Log    *slog.Logger
	Clock  Clock
}

// Notifier keeps one message for each incident up to date, in the channel that
// the rules choose for it. All it knows is in its Book, so any number of them,
// in any number of processes, may share one. It is safe for concurrent use.
type Notifier struct{ opts NotifierOptions }

// NewNotifier makes a Notifier. The client needs a token.
func NewNotifier(o NotifierOptions) (*Notifier, error) {
	if o.Client == nil || !o.Client.canPost() || o.Book == nil || len(o.Channels) == 0 || o.Log == nil || o.Clock == nil {
		return nil, errors.New("slack: a notifier needs Client with a bot token, Book, Channels, Log and Clock")
	}
	return &Notifier{opts: o}, nil
}

// Tell tells people of an incident as it stands, once: what was told already is
// not told again, whoever told it and whether or not they lived to take note of
// it. again is after how long it has to be called once more, since there is
// something that may not be told yet; 0 if there is nothing. After an error
// it is to be called once more, too. It takes a minute at most.
func (n *Notifier) Tell(ctx context.Context, incident string) (again time.Duration, err error) {
	now := n.opts.Clock.Now()
	working, stop := context.WithTimeout(ctx, workTime)
	defer stop()
	claim, err := n.opts.Book.Claim(working, incident, now, now.Add(claimTime))
	switch {
	case errors.Is(err, casebook.ErrNotKept):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("begin to tell of incident %s: %w", incident, err)
	case !claim.Busy.IsZero():
		return max(claim.Busy.Sub(now), time.Second), nil
	}
	t, err := readThread(claim)
	if err != nil {
		// The claim is left to end by itself, and with it that it broke off: the
		// state may be of a newer program, which has to know that.
		return 0, fmt.Errorf("tell of incident %s: %w", incident, err)
	}
	w := telling{NotifierOptions: n.opts, incident: incident, thread: t}
	w.Client = n.opts.Client.until(now.Add(workTime))
	if again, err = w.tell(working, now); err != nil {
		err = fmt.Errorf("tell of incident %s: %w", incident, err)
	}
	if failed := n.end(ctx, incident, now, w.thread); failed != nil {
		return 0, errors.Join(err, failed)
	}
	return again, err
}

// end returns a claim back. It does so, too, where ctx has ended: the next telling
// had to search Slack otherwise.
func (n *Notifier) end(ctx context.Context, incident string, claimed time.Time, t thread) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer stop()
	state, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("write what was told of incident %s: %w", incident, err)
	}
	if err := n.opts.Book.EndClaim(ctx, incident, claimed, state); err != nil {
		return fmt.Errorf("keep what was told of incident %s: %w", incident, err)
	}
	return nil
}

// telling is one call of Tell that holds the claim. Its thread is at any time
// what is to be kept if nothing more succeeds.
type telling struct {
	NotifierOptions
	incident string
	thread   thread
}

// tell says what is due, and what of its failures is none.
func (w *telling) tell(ctx context.Context, now time.Time) (again time.Duration, err error) {
	if w.thread.Silent {
		return 0, nil
	}
	if wait := w.thread.Due.Sub(now); wait > 0 {
		return wait, nil
	}
	err = w.say(ctx)
	if wait, ok := later(err); ok {
		return wait, nil
	}
	if final(err) {
		w.thread.Silent = true
		w.Log.WarnContext(ctx, "an incident cannot be told in Slack and is left alone", "incident", w.incident, "channel", w.thread.Channel, "error", err)
		return 0, nil
	}
	return 0, err
}

func (w *telling) say(ctx context.Context) error {
	in, err := w.Book.ClaimUpdate(ctx, w.incident)
	if errors.Is(err, casebook.ErrNotKept) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read the incident: %w", err)
	}
	if !w.Bounds.Excludes(in.Place).IsZero() {
		return nil // the lists were narrowed since
	}
	if !w.thread.Unsure.IsZero() {
		if err := w.look(ctx, in); err != nil {
			return err
		}
	}
	if w.thread.Channel == "" {
		w.thread.Channel = w.Channels.For(subjectOf(in))
	}
	switch {
	case w.thread.Channel == "":
		return nil
	case in.Into != "":
		return w.merge(ctx, in)
	case w.thread.Place == place{}:
		return w.open(ctx, in)
	}
	return w.grow(ctx, in)
}

// open posts the message of an incident.
func (w *telling) open(ctx context.Context, in casebook.Incident) error {
	m := incidentMessage(in, w.PublicURL)
	at, err := w.post(ctx, w.thread.Channel, "", m, w.mark(ofIncident, toldOf(in)))
	if err != nil {
		return err
	}
	w.thread.Place, w.thread.Shown, w.thread.Told = at, digestOf(m), toldOf(in)
	return nil
}

// grow changes the message that is there, and tells the thread what matters.
func (w *telling) grow(ctx context.Context, in casebook.Incident) error {
	m := incidentMessage(in, w.PublicURL)
	if shown := digestOf(m); shown != w.thread.Shown {
		if err := w.update(ctx, m); err != nil {
			return err
		}
		w.thread.Shown = shown
	}
	if !worthTelling(w.thread.Told, in) {
		return nil
	}
	at := w.thread.Place
	if _, err := w.post(ctx, at.Channel, at.Timestamp, growthMessage(w.thread.Told, in), w.mark(ofGrowth, toldOf(in))); err != nil {
		return err
	}
	w.thread.Told = toldOf(in)
	return nil
}

// merge says once that the incident turned into another, which has a message of
// its own, and nothing from then on.
func (w *telling) merge(ctx context.Context, in casebook.Incident) error {
	if w.thread.Place != (place{}) {
		if err := w.update(ctx, mergedMessage(in, w.PublicURL)); err != nil {
			return err
		}
	}
	w.thread.Silent = true
	return nil
}

// post posts a message, and takes note where it is not known whether it did.
func (w *telling) post(ctx context.Context, channel, thread string, m message, as mark) (place, error) {
	began := w.Clock.Now()
	at, err := w.Client.post(ctx, channel, thread, m.marked(as))
	if _, unsure := errors.AsType[*unsureError](err); unsure {
		w.thread.Unsure, w.thread.Due = began, w.Clock.Now().Add(settle)
	}
	if err != nil {
		return place{}, err
	}
	w.thread.Due = w.Clock.Now().Add(quiet)
	return at, nil
}

// update changes the incident's message. Its mark goes on to say what those who
// follow it were called for, so that it is the thread's beginning for whoever
// finds it.
func (w *telling) update(ctx context.Context, m message) error {
	if err := w.Client.update(ctx, w.thread.Place, m.marked(w.mark(ofIncident, w.thread.Told))); err != nil {
		return err
	}
	w.thread.Due = w.Clock.Now().Add(quiet)
	return nil
}

func (w *telling) mark(kind string, what told) mark {
	return mark{incident: w.incident, kind: kind, told: what}
}
