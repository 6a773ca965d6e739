// Package app puts the service together and runs it. Nothing imports it but
// the program itself, so tests start the whole service with it.
package app

import (
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
	"whystopped/internal/slack"
	"whystopped/internal/store/memory"
)

// What is kept in memory at most. A diagnosis has about 10 KB.
const (
	keptDiagnoses = 1000
	keptBytes     = 32 << 20
)

// drainTime is how long requests that are running at the end may go on. It
// leaves time to exit within the ten seconds after which most supervisors kill.
const drainTime = 9 * time.Second

// App is the service, listening but not yet answering.
type App struct {
	log      *slog.Logger
	listener net.Listener
	server   *http.Server
	book     *casebook.Casebook
	slack    *slackParts
	aws      *account
}

// New puts the service together and takes its port. It makes no call to AWS.
// Run or Close must follow.
func New(ctx context.Context, cfg config.Config, log *slog.Logger) (*App, error) {
	store := memory.New(memory.Limits{Diagnoses: keptDiagnoses, Bytes: keptBytes})
	parts, err := openSlack(cfg, store, slack.SystemClock{}, log)
	if err != nil {
		return nil, err
	}
	aws, err := openAccount(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	book := casebook.New(casebook.Options{
		Collector: aws.collector, Prover: aws.collector, Store: store, Log: log, Timeout: cfg.Timeout, Now: time.Now, NewID: casebook.NewID,
	})
	if err := parts.connect(cfg, book, log); err != nil {
		aws.close()
		return nil, err
	}
	handler, err := routes(surroundings{
		slack: parts, book: book, causes: diagnose.Catalogue(), samples: aws.samples, publicURL: cfg.PublicURL, version: version(), log: log,
		ready:   readiness{store: store, credentials: aws.credentials},
		metrics: newMetrics(statsCollector{aws: aws.collector.aws.Stats, book: book.Stats}),
	})
	if err != nil {
		aws.close()
		return nil, err
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		aws.close()
		return nil, fmt.Errorf("listen on %s: %w", cfg.Listen, err)
	}
	return &App{log: log, listener: listener, server: newServer(handler, cfg, log), book: book, slack: parts, aws: aws}, nil
}

func newServer(h http.Handler, cfg config.Config, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
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
	ctx, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	defer background.Wait()
	defer stop()
	background.Go(func() { a.book.Run(ctx) })
	background.Go(func() { a.slack.Run(ctx) })
	served := make(chan error, 1)
	go func() { served <- a.server.Serve(a.listener) }()
	a.log.Info("serving", "address", a.listener.Addr().String(), "version", version())
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	a.log.Info("stopping: no new requests, running ones may finish", "within", drainTime.String())
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
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
	a.server.Close() // what it may say is that a connection was closed already
	a.listener.Close()
	a.aws.close()
}

// version is what the program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
