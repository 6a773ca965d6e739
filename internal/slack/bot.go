// Package slack answers in Slack: a slash command that diagnoses a task, links
// to our own reports that show what they are about, and one message for each
// incident.
package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	throttle "golang.org/x/time/rate"

	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// Casebook answers questions and keeps the answers. Its errors are
// *casebook.Error where a person can do something about them.
type Casebook interface {
	// Diagnose answers for a task, or for a service's newest failed one.
	Diagnose(ctx context.Context, asked taskref.Ref, refresh bool) (diagnose.Diagnosis, error)
	// Get finds a kept diagnosis.
	Get(ctx context.Context, id string) (diagnose.Diagnosis, error)
	// Newest finds the newest kept diagnosis of a task, without a call to AWS.
	Newest(ctx context.Context, task taskref.Ref) (diagnose.Diagnosis, error)
}

// Options are what a Bot is made of. All but PublicURL are needed.
type Options struct {
	Casebook Casebook
	Client   *Client
	// SigningSecret is what Slack signs its requests with.
	SigningSecret string
	// PublicURL is where people reach the service; without it messages have no
	// links, and no link is taken for ours.
	PublicURL string
	Log       *slog.Logger
	Clock     Clock
}

// Bot answers Slack's requests. Run does what they ask for.
type Bot struct {
	opts   Options
	public *url.URL // nil where it is not known
	work   chan func(context.Context)
	// signatures of commands and ids of events that came already.
	signatures, events *seen
	// refusals are requests without a proof that may be logged, and unlogged how
	// many were not.
	refusals *throttle.Limiter
	unlogged atomic.Int64
}

const (
	// maxBody bounds a request, in bytes, and bodyTime how long it may take: Slack's
	// own have a few KiB, and Slack waits for three seconds.
	// Source: https://docs.slack.dev/interactivity/implementing-slash-commands
	maxBody  = 32 << 10
	bodyTime = 5 * time.Second
	// Of requests that show no proof so many are logged at once, and one in
	// refusalEvery for long: anybody may send them.
	refusalsAtOnce = 5
	refusalEvery   = 10 * time.Second
	// workers do what is asked for, maxWaiting may wait for them, and
	// workTimeout bounds each with all its waiting for Slack and AWS.
	workers     = 8
	maxWaiting  = 100
	workTimeout = 10 * time.Minute
	// Slack sends an event again for up to an hour, and a signature is good
	// for twice the window.
	rememberEvents     = 2 * time.Hour
	rememberSignatures = 3 * signatureWindow
	maxRemembered      = 20_000
)

// New makes a Bot.
func New(o Options) (*Bot, error) {
	if o.Casebook == nil || o.Client == nil || o.SigningSecret == "" || o.Log == nil || o.Clock == nil {
		return nil, errors.New("slack: Casebook, Client, SigningSecret, Log and Clock are needed")
	}
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	b := &Bot{
		opts: o, work: make(chan func(context.Context), maxWaiting),
		signatures: newSeen(rememberSignatures, maxRemembered), events: newSeen(rememberEvents, maxRemembered),
		refusals: throttle.NewLimiter(throttle.Every(refusalEvery), refusalsAtOnce),
	}
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil {
			return nil, fmt.Errorf("slack: read the public URL: %w", err)
		}
		b.public = u
	}
	return b, nil
}

// Routes adds the addresses that Slack calls.
func (b *Bot) Routes(r chi.Router) {
	r.Post("/slack/commands", b.signed(b.command))
	r.Post("/slack/events", b.signed(b.event))
}

// Run works until ctx ends.
func (b *Bot) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for range workers {
		running.Go(func() {
			for {
				select {
				case do := <-b.work:
					b.do(ctx, do)
				case <-ctx.Done():
					return
				}
			}
		})
	}
}

// do lets a panic end one piece of work and not the process.
func (b *Bot) do(ctx context.Context, work func(context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, workTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			b.opts.Log.ErrorContext(ctx, "panic in work for Slack", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	work(ctx)
}

// enqueue reports whether there is room for more work.
func (b *Bot) enqueue(work func(context.Context)) bool {
	select {
	case b.work <- work:
		return true
	default:
		return false
	}
}
