package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"whystopped/internal/config"
	"whystopped/internal/work"
)

// asService makes the test binary run the service alone, with the settings of
// its environment, so that a test may kill it. Its value is when the hurried
// clock began, in milliseconds since 1970.
const asService = "WHYSTOPPED_TEST_AS_SERVICE"

func TestMain(m *testing.M) {
	if began := os.Getenv(asService); began != "" {
		os.Exit(runService(began))
	}
	os.Exit(m.Run())
}

func runService(began string) int {
	ms, err := strconv.ParseInt(began, 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	os.Unsetenv(asService)
	cfg, _, err := config.Load(nil, os.Environ(), io.Discard)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	a, err := newApp(ctx, cfg, NewLogger(os.Stderr, slog.LevelWarn), hurried(time.UnixMilli(ms)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(a.URL())
	if err := a.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// hurry is by how much the hurried clock is faster than the real one.
const hurry = 60

// hurriedClock passes a minute in a second, and is the same for all processes
// that know when it began.
type hurriedClock struct{ began time.Time }

func (c hurriedClock) Now() time.Time {
	return c.began.Add(time.Since(c.began) * hurry)
}

func (c hurriedClock) After(d time.Duration) <-chan time.Time { return time.After(d / hurry) }

// hurriedTeller waits in real time for as long as its teller asks for in the
// hurried one.
type hurriedTeller struct{ work.Teller }

func (t hurriedTeller) Tell(ctx context.Context, incident string) (time.Duration, error) {
	again, err := t.Teller.Tell(ctx, incident)
	return again / hurry, err
}

// hurried is for tests that cannot wait until an incident's message may be
// changed, or until the work of a killed process is taken for that.
func hurried(began time.Time) tuning {
	return tuning{
		work:   work.Tuning{Poll: 20 * time.Millisecond, Rescue: 20 * time.Second},
		clock:  hurriedClock{began},
		teller: func(t work.Teller) work.Teller { return hurriedTeller{t} },
	}
}
