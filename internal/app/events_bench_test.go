package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"whystopped/internal/config"
	"whystopped/internal/store/pgtest"
)

// BenchmarkTenThousandEvents sends ten thousand ends of tasks, of five services
// and four causes, in lists of a hundred, and waits until all are diagnosed and
// grouped. Run it with -benchtime 1x. AWS answers at once; every end of a task
// that it knows is one of the first thousand of service orders.
func BenchmarkTenThousandEvents(b *testing.B) {
	for _, db := range []struct {
		name string
		url  func(b *testing.B) string
	}{
		{"SQLite", func(b *testing.B) string { return "file:" + b.TempDir() + "/history.db" }},
		{"PostgreSQL", func(b *testing.B) string { return pgtest.URL(b) }},
	} {
		b.Run(db.name, func(b *testing.B) {
			for b.Loop() {
				ingestTenThousand(b, db.url(b))
			}
		})
	}
}

func ingestTenThousand(b *testing.B, database string) {
	const each = 2000
	double := newStrictAWS(badDeploy(1000))
	base := startWith(b, double, config.Config{DatabaseURL: config.Secret(database), EventsKey: eventsKey})
	var lists [][]byte
	for i := 0; i < each; i += 20 {
		var list [][]byte
		for j := i; j < i+20; j++ {
			for _, f := range failing {
				list = append(list, endEvent(f.service, f.code, f.reason, f.container, j))
			}
			list = append(list, endEvent(scaledInService, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1234567890123456789)", "", j))
		}
		lists = append(lists, fmt.Appendf(nil, "[%s]", bytes.Join(list, []byte(","))))
	}
	began := time.Now()
	for _, list := range lists {
		if !send(b.Context(), base, list) {
			b.Fatal("a list was not taken")
		}
	}
	stored := time.Since(began)
	owed := func() int {
		var page bytes.Buffer
		answer, err := http.Get(base + "/metrics")
		if err != nil {
			b.Fatal(err)
		}
		defer answer.Body.Close()
		page.ReadFrom(answer.Body)
		return strings.Count(page.String(), `whystopped_jobs{kind="diagnose"`)
	}
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for owed() > 0 {
		<-tick.C
	}
	done := time.Since(began)
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	var page struct {
		Items []struct{ Count int }
	}
	if err := getJSON(ctx, base+"/api/v1/incidents", &page); err != nil {
		b.Fatal(err)
	}
	counted := 0
	for _, in := range page.Items {
		counted += in.Count
	}
	if len(page.Items) != len(failing) || counted != each*len(failing) {
		b.Errorf("%d incidents of %d ends, want %d of %d", len(page.Items), counted, len(failing), each*len(failing))
	}
	b.ReportMetric(10_000/stored.Seconds(), "stored/s")
	b.ReportMetric(10_000/done.Seconds(), "diagnosed/s")
	b.ReportMetric(float64(double.total()), "aws-calls")
	b.ReportMetric(float64(heap())/(1<<20), "MiB-heap")
}

// startWith runs a service with settings of its own until the benchmark ends.
func startWith(b *testing.B, aws http.Handler, cfg config.Config) (base string) {
	b.Helper()
	pointAtAWS(b, aws)
	cfg.Listen, cfg.Timeout = "127.0.0.1:0", 10*time.Second
	a, err := New(b.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	b.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			b.Errorf("Run: %v", err)
		}
	})
	return a.URL()
}
