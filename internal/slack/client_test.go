package slack

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	slackgo "github.com/slack-go/slack"

	"whystopped/internal/slack/slackfake"
)

const answerPath = "/answers/secret-part"

func (w *world) answering() *world {
	w.book.diagnose = sample
	return w.run()
}

func TestSlackIsGivenTheTimeItAsksFor(t *testing.T) {
	w := newWorld(t).answering()
	w.slack.fake.Fail("secret-part", slackfake.Limited(7), slackfake.Limited(30))
	w.command(taskARN)
	for i, want := range []time.Duration{7 * time.Second, 30 * time.Second} {
		w.slack.receive(t)
		if got := w.clock.passWait(t); got != want {
			t.Errorf("wait %d is %s, want %s", i, got, want)
		}
	}
	if got := w.slack.receive(t); !strings.Contains(got.Blocks(), "db-password") {
		t.Errorf("in the end Slack received %v", got.JSON)
	}
}

func TestWhoeverComesWhileSlackWantsToBeLeftAloneWaitsToo(t *testing.T) {
	clock := newClock()
	slack := newDouble(t, clock)
	client := NewClient(ClientOptions{Token: token, Clock: clock, APIURL: slack.apiURL()})
	client.pauses.add("chat.postMessage", clock.Now().Add(time.Minute))
	sent := make(chan error, 1)
	go func() {
		_, err := client.post(context.Background(), "#ecs", "", plain("x"))
		sent <- err
	}()
	if got := clock.passWait(t); got != time.Minute {
		t.Errorf("waited %s, want a minute", got)
	}
	if err := <-sent; err != nil {
		t.Errorf("post: %v", err)
	}
	slack.receive(t)
}

func TestPatienceEnds(t *testing.T) {
	clock := newClock()
	slack := newDouble(t, clock)
	clock.hurry(t)
	before := clock.Now()
	slack.fake.Fail("secret-part", slackfake.Status(500), slackfake.Status(502), slackfake.Status(503), slackfake.Status(429))
	err := NewClient(ClientOptions{Clock: clock}).respond(t.Context(), slack.answerURL(), plain("x").asWebhook(forOne))
	if err == nil || len(slack.calls) != maxTries {
		t.Errorf("error %v after %d calls, want one after %d", err, len(slack.calls), maxTries)
	}
	if waited := clock.Now().Sub(before); waited != 7*time.Second {
		t.Errorf("waited %s in all, want 1s, 2s and 4s", waited)
	}
}

func TestWhatCouldNotBeAnsweredIsLogged(t *testing.T) {
	w := newWorld(t)
	w.slack.fake.Fail("secret-part", slackfake.Status(http.StatusNotFound))
	w.book.diagnose = sample
	w.command(taskARN)
	w.bot.do(t.Context(), <-w.bot.work)
	if log := w.log.String(); !strings.Contains(log, "could not be answered") || strings.Contains(log, "secret-part") {
		t.Errorf("the log tells nothing or too much:\n%s", log)
	}
}

func TestWhatCannotPassIsNotTriedAgain(t *testing.T) {
	for name, answer := range map[string]slackfake.Fault{
		"an answer that came too late": slackfake.Status(http.StatusNotFound),
		"a redirect":                   slackfake.Answer(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).answering()
			w.slack.fake.Fail("secret-part", answer)
			w.command(taskARN)
			w.slack.receive(t)
			w.command("prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0")
			if got := w.slack.receive(t); got.Path != answerPath {
				t.Errorf("Slack received %s, want the next answer", got.Path)
			}
			w.slack.receiveNone(t)
		})
	}
}

func TestErrorsTellNoSecret(t *testing.T) {
	clock := newClock()
	slack := newDouble(t, clock)
	address := slack.answerURL()
	client := NewClient(ClientOptions{Token: token, Clock: clock, APIURL: slack.apiURL()})
	slack.Close() // nobody listens any more
	clock.hurry(t)
	_, posted := client.post(t.Context(), "#ecs", "", plain("x"))
	for _, err := range []error{client.respond(t.Context(), address, plain("x").asWebhook(forOne)), posted} {
		if err == nil || strings.Contains(err.Error(), "secret-part") || strings.Contains(err.Error(), token) {
			t.Errorf("error %v, want one without the address", err)
		}
	}
}

func TestPatience(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		wait   time.Duration
		passes bool
	}{
		"asked for nothing":    {&slackgo.RateLimitedError{}, time.Second, true},
		"asked for too much":   {&slackgo.RateLimitedError{RetryAfter: 24 * time.Hour}, longestPause, true},
		"a fault of Slack's":   {slackgo.SlackErrorResponse{Err: "internal_error"}, 2 * time.Second, true},
		"a fault of ours":      {slackgo.SlackErrorResponse{Err: "channel_not_found"}, 2 * time.Second, false},
		"a status that passes": {slackgo.StatusCodeError{Code: 503}, 2 * time.Second, true},
		"one that does not":    {slackgo.StatusCodeError{Code: 403}, 2 * time.Second, false},
		"the caller's end":     {context.Canceled, 2 * time.Second, false},
		"what may be done":     {&unsureError{slackgo.StatusCodeError{Code: 503}}, 2 * time.Second, false},
	} {
		if wait, passes := retryAfter(test.err, 2); wait != test.wait || passes != test.passes {
			t.Errorf("%s: %s, %v, want %s, %v", name, wait, passes, test.wait, test.passes)
		}
	}
}

func TestWhatAnErrorMeansForAMessage(t *testing.T) {
	type meaning struct{ Doubtful, Final, Refused bool }
	for name, test := range map[string]struct {
		err  error
		want meaning
	}{
		"none":                         {nil, meaning{}},
		"too many calls":               {&slackgo.RateLimitedError{}, meaning{}},
		"no time to wait":              {&laterError{time.Minute}, meaning{}},
		"a status of Slack's faults":   {slackgo.StatusCodeError{Code: 502}, meaning{Doubtful: true}},
		"a status of ours":             {slackgo.StatusCodeError{Code: 404}, meaning{}},
		"a fault of Slack's":           {slackgo.SlackErrorResponse{Err: "fatal_error"}, meaning{Doubtful: true}},
		"a connection that broke":      {&url.Error{Op: "Post", Err: &net.OpError{Op: "read"}}, meaning{Doubtful: true}},
		"an answer that took too long": {&url.Error{Op: "Post", Err: context.DeadlineExceeded}, meaning{Doubtful: true}},
		"nobody to connect to":         {&url.Error{Op: "Post", Err: &net.OpError{Op: "dial"}}, meaning{}},
		"no such channel":              {slackgo.SlackErrorResponse{Err: "channel_not_found"}, meaning{Final: true, Refused: true}},
		"an archived channel":          {slackgo.SlackErrorResponse{Err: "is_archived"}, meaning{Final: true, Refused: true}},
		"a token that is not good":     {slackgo.SlackErrorResponse{Err: "invalid_auth"}, meaning{}},
		"a scope that is missing":      {slackgo.SlackErrorResponse{Err: "missing_scope"}, meaning{Refused: true}},
	} {
		if diff := cmp.Diff(test.want, meaning{doubtful(test.err), final(test.err), refused(test.err)}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
