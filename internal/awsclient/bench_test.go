package awsclient_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
)

// BenchmarkCollect is what one collection costs beside waiting for AWS.
func BenchmarkCollect(b *testing.B) {
	collector, _ := benchmarked(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := collector.Collect(b.Context(), ref(), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCollectRoundTrips tells how many answers of AWS a collection waits
// for, one after the other. The longest chain, with the revision known, has two:
// the task, and its logs.
func BenchmarkCollectRoundTrips(b *testing.B) {
	const latency = 50 * time.Millisecond
	collector, fake := benchmarked(b)
	if _, err := collector.Collect(b.Context(), ref(), nil); err != nil { // makes the revision known
		b.Fatal(err)
	}
	fake.SetFault(awsfake.EveryOperation, awsfake.Fault{Latency: latency})
	for b.Loop() {
		if _, err := collector.Collect(b.Context(), ref(), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(latency), "round-trips/op")
}

func benchmarked(b *testing.B) (*awsclient.Collector, *awsfake.Server) {
	b.Helper()
	fake := awsfake.New(world(), awsfake.WithClock(func() time.Time { return present }))
	srv := httptest.NewServer(fake)
	b.Cleanup(srv.Close)
	return awsclient.New(options(srv.URL)), fake
}
