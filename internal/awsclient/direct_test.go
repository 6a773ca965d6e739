package awsclient_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
)

// direct hands requests to a handler without a network between, so that tests
// can run on a clock of their own: what waits for a timer is woken at once.
type direct struct{ http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	if d.breaksOff(w, r) {
		return nil, io.ErrUnexpectedEOF
	}
	if err := r.Context().Err(); err != nil {
		return nil, err // the handler gave up together with the client
	}
	return w.Result(), nil
}

// breaksOff reports whether the handler ended the connection instead of answering.
func (d direct) breaksOff(w http.ResponseWriter, r *http.Request) (broken bool) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			broken = true
		} else if p != nil {
			panic(p)
		}
	}()
	d.ServeHTTP(w, r)
	return false
}

// onOwnClock runs a test whose time passes only while everything waits. The
// collector keeps to AWS's quotas, and retries as it does in earnest.
func onOwnClock(t *testing.T, s awsfake.Scenario, change func(*awsclient.Options), test func(context.Context, *awsfake.Server, *awsclient.Collector)) {
	synctest.Test(t, func(t *testing.T) {
		fake := awsfake.New(s, awsfake.WithClock(func() time.Time { return present }))
		opts := options("http://aws.invalid")
		opts.Config.HTTPClient, opts.Config.Retryer = direct{fake}, nil
		opts.Unlimited = false
		if change != nil {
			change(&opts)
		}
		test(t.Context(), fake, awsclient.New(opts))
		time.Sleep(time.Minute) // what the test left behind comes to its end
	})
}
