// Package app wires the service and runs it. Start with New; only the program itself
// and tests import it, and tests start the whole service with it.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/config"
	"whystopped/internal/diagnose"
	"whystopped/internal/ingest"
	"whystopped/internal/permissions"
	"whystopped/internal/slack"
	"whystopped/internal/work"
)

// drainTime is how long requests that are running at the end may go on. It
// leaves time to exit within the ten seconds after which most supervisors kill.
const drainTime = 9 * time.Second

// App is the service, listening but not yet answering.
type App struct {
	log      *slog.Logger
	listener net.Listener
	server   *http.Server
	history  *history
	slack    *slackParts
	aws      *account
	door     *door
	events   *ingest.Queue // nil where no queue is set
	metrics  *metrics
	tracing  *tracing
}

// tuning is what tests change in a service that they cannot wait for.
type tuning struct {
	work work.Tuning
	// clock is that of what is told in Slack; nil for the real one.
	clock slack.Clock
	// slowest is how slow a client may be; zero for what newServer says.
	slowest slowness
	// teller stands before the one that tells of incidents; nil for nothing.
	teller func(work.Teller) work.Teller
	// still leaves out the demo's events, so that nothing calls AWS but what a
	// test asks for.
	still bool
}

func (t tuning) slackClock() slack.Clock {
	if t.clock != nil {
		return t.clock
	}
	return slack.SystemClock{}
}

// New puts the service together and takes its port. It makes no call to AWS.
// Run or Close must follow.
func New(ctx context.Context, cfg config.Config, log *slog.Logger) (*App, error) {
	return newApp(ctx, cfg, log, tuning{})
}

func newApp(ctx context.Context, cfg config.Config, log *slog.Logger, tune tuning) (*App, error) {
	a := &App{log: log, metrics: newMetrics()}
	if err := a.open(ctx, cfg, tune); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// open makes the parts, each of which may need those before it.
func (a *App) open(ctx context.Context, cfg config.Config, tune tuning) (err error) {
	log := a.log
	if a.door, err = openDoor(cfg, log); err != nil {
		return err
	}
	if a.tracing, err = openTracing(ctx, log); err != nil {
		return err
	}
	if a.aws, err = openAccount(ctx, cfg, log); err != nil {
		return err
	}
	if a.history, err = openHistory(ctx, cfg, log, a.tracing.tracer, a.metrics.took, tune); err != nil {
		return err
	}
	if a.slack, err = openSlack(cfg, a.history.store, tune.slackClock(), log); err != nil {
		return err
	}
	book := casebook.New(casebook.Options{
		Collector: a.aws.collector, Simulator: a.aws.collector, Store: a.history.store, Saved: a.metrics.saved, Tells: a.slack.notifier != nil,
		Log: log, Timeout: cfg.Timeout, Now: time.Now, NewID: casebook.NewID,
		Asker: asker, BroughtQuota: cfg.EvaluateQuota, BroughtRetention: cfg.EvaluateRetention, Turn: evaluations(),
		Bounds: bounds(cfg),
	})
	teller := a.slack.teller()
	if tune.teller != nil {
		teller = tune.teller(teller)
	}
	if err = a.history.connect(book, teller); err != nil {
		return err
	}
	if err = a.slack.connect(cfg, newAudited(book, log), log); err != nil {
		return err
	}
	if tune.still {
		a.aws.events = nil
	}
	if err = book.Accept(ctx, a.aws.events); err != nil {
		return err
	}
	if a.events, err = openEvents(a.aws, cfg, a.tracing.book(book), log); err != nil {
		return err
	}
	handler, err := a.routes(cfg, book)
	if err != nil {
		return err
	}
	if a.listener, err = net.Listen("tcp", cfg.Listen); err != nil {
		return fmt.Errorf("listen on %s: %w", cfg.Listen, err)
	}
	a.server = newServer(handler, cfg, tune.slowest, log)
	return nil
}

// routes makes the handler of all ways in.
func (a *App) routes(cfg config.Config, book *casebook.Casebook) (http.Handler, error) {
	a.addFigures(book)
	keeper := permissions.NewKeeper(tester{a.aws.collector, book}, time.Now)
	return routes(surroundings{
		door: a.door, slack: a.slack, book: book, eventsKey: cfg.EventsKey, bounds: bounds(cfg), causes: diagnose.Catalogue(), samples: a.aws.samples, publicURL: cfg.PublicURL, version: version(), log: a.log,
		ready:   readiness{store: &storeCheck{ping: a.history.store.Ping}, credentials: a.aws.credentials, permissions: keeper},
		metrics: a.metrics, tracing: a.tracing,
	})
}

// addFigures adds what the parts tell of themselves.
func (a *App) addFigures(book *casebook.Casebook) {
	kept := a.history.store
	a.metrics.add(statsCollector{
		aws: a.aws.collector.Stats, book: book.Stats, events: a.eventStats, sent: &a.metrics.sent,
		jobs:      &lately[work.Stats]{count: func(ctx context.Context) (work.Stats, error) { return work.CountJobs(ctx, kept.Reader()) }},
		incidents: &lately[int]{count: func(ctx context.Context) (int, error) { return kept.OpenIncidents(ctx, time.Now()) }},
	})
	a.metrics.watchPools(kept.Pools())
}

// slowness is how long a client may take to send a request's head, and all of it.
type slowness struct{ head, whole time.Duration }

func newServer(h http.Handler, cfg config.Config, slowest slowness, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: cmp.Or(slowest.head, 10*time.Second),
		ReadTimeout:       cmp.Or(slowest.whole, time.Minute),
		WriteTimeout:      2*cfg.Timeout + time.Minute, // a place in the queue is waited for as long as the diagnosis itself
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // clients that break off
	}
}

// URL is the address at which this machine reaches the service.
func (a *App) URL() string {
	host, port, err := net.SplitHostPort(a.listener.Addr().String())
	if err != nil {
		return "http://" + a.listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Run serves until ctx ends, then lets running requests finish for a while.
func (a *App) Run(ctx context.Context) error {
	defer a.Close()
	var drained time.Time // until when
	defer func() { a.tracing.close(drained) }()
	ctx, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	defer background.Wait()
	defer stop()
	failed := make(chan error, 2)
	background.Go(func() {
		if err := a.history.queue.Run(ctx); err != nil && ctx.Err() == nil {
			failed <- err
		}
	})
	background.Go(func() { a.slack.Run(ctx) })
	if a.events != nil {
		background.Go(func() { a.events.Run(ctx) })
	}
	served := make(chan error, 1)
	go func() { served <- a.server.Serve(a.listener) }()
	a.log.Info("serving", "address", a.listener.Addr().String(), "version", version())
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case err := <-failed:
		return fmt.Errorf("work in the background: %w", err)
	case <-ctx.Done():
	}
	a.log.Info("stopping: no new requests, running ones may finish", "within", drainTime.String())
	drained = time.Now().Add(drainTime)
	within, cancel := context.WithDeadline(context.WithoutCancel(ctx), drained)
	defer cancel()
	if err := a.server.Shutdown(within); errors.Is(err, context.DeadlineExceeded) {
		a.log.Warn("requests were still running at the end and are broken off")
	} else if err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}

// Close gives everything back at once. Run does it by itself.
func (a *App) Close() {
	if a.server != nil {
		a.server.Close() // what it may say is that a connection was closed already
	}
	if a.listener != nil {
		a.listener.Close()
	}
	if a.aws != nil {
		a.aws.close()
	}
	if a.history != nil {
		if err := a.history.store.Close(); err != nil {
			a.log.Warn("the database was not closed as it should", "error", err)
		}
	}
}

// version is what the program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
