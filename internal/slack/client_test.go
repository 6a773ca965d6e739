package slack

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
)

const answerPath = "/answers/secret-part"

func (w *world) answering() *world {
	w.book.diagnose = sample
	return w.run()
}

func TestSlackIsGivenTheTimeItAsksFor(t *testing.T) {
	w := newWorld(t).answering()
	w.slack.script(answerPath, limited(7), limited(30))
	w.command(taskARN)
	for i, want := range []time.Duration{7 * time.Second, 30 * time.Second} {
		w.slack.receive(t)
		if got := w.clock.passWait(t); got != want {
			t.Errorf("wait %d is %s, want %s", i, got, want)
		}
	}
	if got := w.slack.receive(t); !strings.Contains(got.blocks(), "db-password") {
		t.Errorf("in the end Slack received %v", got.json)
	}
}

func TestWhoeverComesWhileSlackWantsToBeLeftAloneWaitsToo(t *testing.T) {
	clock, slack := newClock(), newDouble(t)
	client := NewClient(ClientOptions{Token: token, Clock: clock, APIURL: slack.URL + "/api/"})
	client.pause("chat.postMessage", time.Minute)
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
	clock, slack := newClock(), newDouble(t)
	clock.hurry(t)
	before := clock.Now()
	slack.script(answerPath, status(500), status(502), status(503), status(429))
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
	w.slack.script(answerPath, status(http.StatusNotFound))
	w.book.diagnose = sample
	w.command(taskARN)
	w.bot.do(t.Context(), <-w.bot.work)
	if log := w.log.String(); !strings.Contains(log, "could not be answered") || strings.Contains(log, "secret-part") {
		t.Errorf("the log tells nothing or too much:\n%s", log)
	}
}

func TestWhatCannotPassIsNotTriedAgain(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"an answer that came too late": status(http.StatusNotFound),
		"a redirect":                   func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).answering()
			w.slack.script(answerPath, answer)
			w.command(taskARN)
			w.slack.receive(t)
			w.command("prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0")
			if got := w.slack.receive(t); got.path != answerPath {
				t.Errorf("Slack received %s, want the next answer", got.path)
			}
			w.slack.receiveNone(t)
		})
	}
}

func TestErrorsTellNoSecret(t *testing.T) {
	slack := newDouble(t)
	address := slack.answerURL()
	clock := newClock()
	client := NewClient(ClientOptions{Token: token, Clock: clock, APIURL: slack.URL + "/api/"})
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
	} {
		if wait, passes := patience(test.err, 2); wait != test.wait || passes != test.passes {
			t.Errorf("%s: %s, %v, want %s, %v", name, wait, passes, test.wait, test.passes)
		}
	}
}
