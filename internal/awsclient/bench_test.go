package awsclient_test

import (
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
)

// BenchmarkCollect is what one collection costs beside waiting for AWS.
func BenchmarkCollect(b *testing.B) {
	collector, _, _ := benchmarked(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := collector.Collect(b.Context(), ref(), nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCollectRoundTrips tells how many answers of AWS a collection waits
// for, one after the other. The longest chain has three: the task, its
// definition, its logs; and two where the definition is known.
func BenchmarkCollectRoundTrips(b *testing.B) {
	slow := awsfake.Fault{Latency: latency}
	b.Run("cold", func(b *testing.B) {
		_, fake, url := benchmarked(b)
		fake.SetFault(awsfake.EveryOperation, slow)
		for b.Loop() {
			collector := awsclient.New(options(url))
			if _, err := collector.Collect(b.Context(), ref(), nil, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(latency), "round-trips/op")
	})
	b.Run("definition known", func(b *testing.B) {
		collector, fake, _ := benchmarked(b)
		if _, err := collector.Collect(b.Context(), ref(), nil, nil); err != nil { // makes it known
			b.Fatal(err)
		}
		fake.SetFault(awsfake.EveryOperation, slow)
		for b.Loop() {
			if _, err := collector.Collect(b.Context(), ref(), nil, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(latency), "round-trips/op")
	})
}

// BenchmarkCollectFacts is what each of many tasks costs that are asked for
// at once, with answers that take their time.
func BenchmarkCollectFacts(b *testing.B) {
	const tasks = 1000
	s, refs := deploy(tasks)
	fake := awsfake.New(s, awsfake.WithClock(func() time.Time { return present }))
	fake.SetFault(awsfake.EveryOperation, awsfake.Fault{Latency: latency})
	srv := httptest.NewServer(fake)
	defer srv.Close()
	for b.Loop() {
		collector := awsclient.New(options(srv.URL))
		var wg sync.WaitGroup
		for _, r := range refs {
			wg.Go(func() {
				if _, err := collector.CollectFacts(b.Context(), r, nil, nil); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
	}
	calls := 0
	for _, n := range fake.Calls() {
		calls += n
	}
	b.ReportMetric(float64(calls)/float64(b.N), "calls/op")
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(latency), "round-trips/op")
}

func benchmarked(b *testing.B) (*awsclient.Collector, *awsfake.Server, string) {
	b.Helper()
	fake := awsfake.New(world(), awsfake.WithClock(func() time.Time { return present }))
	srv := httptest.NewServer(fake)
	b.Cleanup(srv.Close)
	return awsclient.New(options(srv.URL)), fake, srv.URL
}
