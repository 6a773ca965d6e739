package awsclient_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/samples"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

func TestEverySampleOfTheDemoIsReadWithoutAFault(t *testing.T) {
	scenario, shown := samples.Demo(time.Now())
	srv := httptest.NewServer(awsfake.New(scenario))
	t.Cleanup(srv.Close)
	opts := options(srv.URL)
	opts.Now = time.Now
	collector := awsclient.New(opts)
	for _, sample := range shown {
		t.Run(sample.Name, func(t *testing.T) {
			ref, err := taskref.Parse(sample.ARN)
			if err != nil {
				t.Fatal(err)
			}
			ref, err = collector.Resolve(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			ev, err := collector.Collect(t.Context(), ref, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ev.Task == nil && len(ev.ServiceEvents) == 0 {
				t.Error("nothing is known of it")
			}
			for _, s := range ev.Sources {
				switch s.Status {
				case evidence.SourceOK, evidence.SourceEmpty, evidence.SourceSkipped, evidence.SourceTooEarly, evidence.SourceTruncated:
				default:
					t.Errorf("%s: %s, %s", s.Name, s.Status, s.Detail)
				}
			}
		})
	}
}
