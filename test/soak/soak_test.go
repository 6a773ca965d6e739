//go:build soak

// Package soak runs the whole service for a long time under a mixed load, with
// doubles of AWS and Slack that fail now and then, and looks for errors that are
// its own and for what grows without end. See "make soak".
package soak_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"whystopped/internal/store/pgtest"
)

const (
	// share is how much of what the service bears it has to bear for long.
	share = 0.8
	// measuring is how long it is found out what it bears.
	measuring = time.Minute
	// settling is how long what is under way may take to come to its end, idle
	// connections included.
	settling = 2 * time.Minute
)

// duration is how long the load lasts, on each database.
func duration(t *testing.T) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(os.Getenv("SOAK_DURATION"))
	if err != nil || d < time.Minute {
		t.Fatalf("SOAK_DURATION is %q, want a duration of a minute or more", os.Getenv("SOAK_DURATION"))
	}
	return d
}

func TestSoak(t *testing.T) {
	binary := build(t)
	for _, db := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"SQLite", func(t *testing.T) string { return "file:" + t.TempDir() + "/history.db" }},
		{"PostgreSQL", func(t *testing.T) string { return pgtest.URL(t) }},
	} {
		t.Run(db.name, func(t *testing.T) { soak(t, binary, db.url(t), duration(t)) })
	}
}

func soak(t *testing.T, binary, database string, lasts time.Duration) {
	world := newWorld(t)
	s := start(t, binary, database, world)
	l := newLoad(s.base, world)
	before := s.idle(t)
	report("idle: %s", before)

	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { world.misbehave(ctx) })
	bears := l.bears(ctx, min(measuring, lasts/3))
	l.most = int64(share * bears)
	l.rate.Store(l.most)
	report("it answers %.0f quick requests a second at most; %d a second from now on, for %s", bears, l.rate.Load(), lasts)

	l.tally.clear()
	timed, end := context.WithTimeout(ctx, lasts)
	running.Go(func() { l.quick(timed) })
	running.Go(func() { l.looks(timed) })
	running.Go(func() { l.deploys(timed) })
	samples := s.watch(t, timed, l)
	end()
	stop()
	running.Wait()

	report("%s", l.tally.table())
	l.tally.check(t)
	checkFlat(t, samples)
	l.client.CloseIdleConnections()
	s.checkIdle(t, before)
	if world.told() == 0 {
		t.Error("Slack was told nothing")
	}
	report("incidents told in Slack: %d messages", world.told())
	s.end(t)
}

// report writes at once, so that a long run can be followed.
func report(format string, args ...any) {
	fmt.Printf("%s "+format+"\n", append([]any{time.Now().UTC().Format(time.TimeOnly)}, args...)...)
}
