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
	// workTime and endTime, which bound one delivery, so that what is under way
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

// Tell notifies people of an incident as it stands, once: what another process
// posted isn't posted again, even if that process died before it noted so. again
// is after how long to call Tell once more, since something can't be posted yet; 0
// if nothing is left. After an error, call it once more, too. It takes a minute at
// most.
func (n *Notifier) Tell(ctx context.Context, incident string) (again time.Duration, err error) {
	now := n.opts.Clock.Now()
	working, stop := context.WithTimeout(ctx, workTime)
	defer stop()
	claim, err := n.opts.Book.Claim(working, incident, now, now.Add(claimTime))
	switch {
	case errors.Is(err, casebook.ErrNotKept):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("claim incident %s: %w", incident, err)
	case !claim.Busy.IsZero():
		return max(claim.Busy.Sub(now), time.Second), nil
	}
	state, err := readState(claim)
	if err != nil {
		// The claim is left to end by itself, and with it that it broke off: the
		// state may be of a newer program, which has to know that.
		return 0, fmt.Errorf("post incident %s: %w", incident, err)
	}
	d := delivery{opts: n.opts, client: n.opts.Client.until(now.Add(workTime)), incident: incident, state: state}
	if again, err = d.tell(working, now); err != nil {
		err = fmt.Errorf("post incident %s: %w", incident, err)
	}
	if failed := n.end(ctx, incident, now, d.state); failed != nil {
		return 0, errors.Join(err, failed)
	}
	return again, err
}

// end gives a claim back. It does so, too, if ctx has ended: the next delivery
// had to search Slack otherwise.
func (n *Notifier) end(ctx context.Context, incident string, claimed time.Time, state messageState) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer stop()
	text, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("encode the message state of incident %s: %w", incident, err)
	}
	if err := n.opts.Book.EndClaim(ctx, incident, claimed, text); err != nil {
		return fmt.Errorf("store the message state of incident %s: %w", incident, err)
	}
	return nil
}

// delivery is one call of Tell that holds the claim. Its state is at any time what
// is to be stored if nothing more succeeds.
type delivery struct {
	opts NotifierOptions
	// client begins no call that the claim has no time for.
	client   *Client
	incident string
	state    messageState
}

// tell posts what is due, and sorts its failures by what can be done about them.
func (d *delivery) tell(ctx context.Context, now time.Time) (again time.Duration, err error) {
	if d.state.Silent {
		return 0, nil
	}
	if wait := d.state.Due.Sub(now); wait > 0 {
		return wait, nil
	}
	err = d.say(ctx)
	if wait, ok := asksToWait(err); ok {
		return wait, nil
	}
	if final(err) {
		d.state.Silent = true
		d.opts.Log.WarnContext(ctx, "an incident can't be posted to Slack; no further attempts", "incident", d.incident, "channel", d.state.Channel, "error", err)
		return 0, nil
	}
	return 0, err
}

func (d *delivery) say(ctx context.Context) error {
	in, err := d.opts.Book.ClaimUpdate(ctx, d.incident)
	if errors.Is(err, casebook.ErrNotKept) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read the incident: %w", err)
	}
	if !d.opts.Bounds.Excludes(in.Place).IsZero() {
		return nil // the lists were narrowed since
	}
	if !d.state.Unsure.IsZero() {
		if err := d.findPosted(ctx, in); err != nil {
			return err
		}
	}
	if d.state.Channel == "" {
		d.state.Channel = d.opts.Channels.For(subjectOf(in))
	}
	switch {
	case d.state.Channel == "":
		return nil
	case in.Into != "":
		return d.merge(ctx, in)
	case d.state.Place == place{}:
		return d.open(ctx, in)
	}
	return d.update(ctx, in)
}

// open posts the message of an incident.
func (d *delivery) open(ctx context.Context, in casebook.Incident) error {
	m := incidentMessage(in, d.opts.PublicURL)
	at, err := d.post(ctx, d.state.Channel, "", m, d.metadata(ofIncident, announcedOf(in)))
	if err != nil {
		return err
	}
	d.state.Place, d.state.Shown, d.state.Told = at, digestOf(m), announcedOf(in)
	return nil
}

// update changes the message that is there, and adds to its thread what matters.
func (d *delivery) update(ctx context.Context, in casebook.Incident) error {
	m := incidentMessage(in, d.opts.PublicURL)
	if shown := digestOf(m); shown != d.state.Shown {
		if err := d.replace(ctx, m); err != nil {
			return err
		}
		d.state.Shown = shown
	}
	if !worthAnnouncing(d.state.Told, in) {
		return nil
	}
	at := d.state.Place
	if _, err := d.post(ctx, at.Channel, at.Timestamp, updateMessage(d.state.Told, in), d.metadata(ofUpdate, announcedOf(in))); err != nil {
		return err
	}
	d.state.Told = announcedOf(in)
	return nil
}

// merge says once that the incident is part of another, which has a message of its
// own, and nothing from then on.
func (d *delivery) merge(ctx context.Context, in casebook.Incident) error {
	if d.state.Place != (place{}) {
		if err := d.replace(ctx, mergedMessage(in, d.opts.PublicURL)); err != nil {
			return err
		}
	}
	d.state.Silent = true
	return nil
}

// post posts a message, and takes note where it is not known whether it did.
func (d *delivery) post(ctx context.Context, channel, thread string, m message, as metadata) (place, error) {
	began := d.opts.Clock.Now()
	at, err := d.client.post(ctx, channel, thread, m.withMetadata(as))
	if _, unsure := errors.AsType[*unsureError](err); unsure {
		d.state.Unsure, d.state.Due = began, d.opts.Clock.Now().Add(settle)
	}
	if err != nil {
		return place{}, err
	}
	d.state.Due = d.opts.Clock.Now().Add(quiet)
	return at, nil
}

// replace changes the incident's message. Its metadata goes on to say what those
// who follow the thread were notified of last, for a process that has to find it.
func (d *delivery) replace(ctx context.Context, m message) error {
	if err := d.client.update(ctx, d.state.Place, m.withMetadata(d.metadata(ofIncident, d.state.Told))); err != nil {
		return err
	}
	d.state.Due = d.opts.Clock.Now().Add(quiet)
	return nil
}

func (d *delivery) metadata(kind string, what announced) metadata {
	return metadata{incident: d.incident, kind: kind, announced: what}
}
