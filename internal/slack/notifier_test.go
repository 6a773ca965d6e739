package slack

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/slack/channels"
)

// desk is a notifier between Slack's double and a test.
type desk struct {
	*Notifier
	t     *testing.T
	slack *double
	clock *fakeClock
	log   *logText
}

func newDesk(t *testing.T) *desk {
	rules, err := channels.Parse("default=#ecs;cluster:prod=#prod")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, slack: newDouble(t), clock: newClock(), log: &logText{}}
	client := NewClient(ClientOptions{Token: token, Clock: d.clock, APIURL: d.slack.URL + "/api/"})
	d.Notifier, err = NewNotifier(NotifierOptions{Client: client, Channels: rules, Log: slog.New(slog.NewTextHandler(d.log, nil)), Clock: d.clock})
	if err != nil {
		t.Fatalf("NewNotifier: %v", err)
	}
	return d
}

func (d *desk) run() *desk {
	start(d.t, d.Run)
	return d
}

// work tells what is due now, and gives how long there is nothing more to tell;
// 0 where nothing is left at all.
func (d *desk) work() (wait time.Duration) {
	for {
		t, wait := d.next()
		if t == nil {
			return wait
		}
		d.tell(d.t.Context(), t)
	}
}

// expect receives a call and checks what it is.
func (d *desk) expect(path string, form map[string]string, texts ...string) call {
	d.t.Helper()
	c := d.slack.receive(d.t)
	if c.path != path || c.token != token {
		d.t.Errorf("Slack received %s, want %s, with the token", c.path, path)
	}
	for key, want := range form {
		if got := c.form.Get(key); got != want {
			d.t.Errorf("%s: %s is %q, want %q", path, key, got, want)
		}
	}
	all := strings.Join(textsOf(d.t, c.blocks()), "\n")
	for _, want := range texts {
		if !strings.Contains(all, want) {
			d.t.Errorf("%s lacks %q:\n%s", path, want, all)
		}
	}
	return c
}

func (d *desk) incident(id string, count int) Incident {
	first := time.Date(2026, 11, 22, 7, 50, 0, 0, time.UTC)
	return Incident{
		ID: id, Cluster: "prod", Service: "api", Cause: "startup.secretsmanager.denied", Title: "The execution role may not read a secret",
		Summary: "ECS could not fetch it.", Identity: verdict.Identity{Kind: verdict.ExecutionRole}, Confidence: verdict.Likely,
		Count: count, First: first, Last: first.Add(time.Duration(count) * time.Second), Link: publicURL + "/d/x",
	}
}

func TestAnIncidentHasOneMessageThatGrows(t *testing.T) {
	d := newDesk(t)
	grow := func(in Incident) {
		t.Helper()
		d.Notify(in)
		if wait := d.work(); wait != quiet {
			t.Errorf("the change waits for %s, want %s", wait, quiet)
		}
		d.slack.receiveNone(t)
		d.clock.advance(quiet)
		d.work()
	}
	d.Notify(d.incident("a", 1))
	d.work()
	d.expect("/api/chat.postMessage", map[string]string{"channel": "#prod", "thread_ts": "", "unfurl_links": "false"},
		"*The execution role may not read a secret*", "Task execution role", "`api`", "`prod`", "1 task", "Likely", "<!date^1795333801^", "<"+publicURL+"/d/x|Open the report>")

	for count := 2; count < 40; count++ {
		d.Notify(d.incident("a", count))
	}
	grow(d.incident("a", 40))
	root := map[string]string{"channel": "C0CHANNEL1", "ts": "1.000100"}
	d.expect("/api/chat.update", root, "40 tasks")
	d.expect("/api/chat.postMessage", map[string]string{"channel": "C0CHANNEL1", "thread_ts": "1.000100"}, "*40 tasks* have stopped alike")

	grow(d.incident("a", 41)) // the figure alone calls nobody
	d.expect("/api/chat.update", root, "41 tasks")

	known := d.incident("a", 42)
	known.Confidence, known.Title = verdict.Confirmed, "Another title"
	grow(known)
	d.expect("/api/chat.update", root, "Confirmed", "*Another title*")
	d.expect("/api/chat.postMessage", map[string]string{"thread_ts": "1.000100"}, "The verdict is now", "*Another title*")
	d.slack.receiveNone(t)
}

func TestRunWaitsForTheTimeOfAChange(t *testing.T) {
	d := newDesk(t).run()
	d.Notify(d.incident("a", 1))
	d.expect("/api/chat.postMessage", nil)
	d.Notify(d.incident("a", 2))
	if wait := d.clock.passWait(t); wait != quiet {
		t.Errorf("waited %s, want %s", wait, quiet)
	}
	d.expect("/api/chat.update", nil, "2 tasks")
}

func TestOldNewsAndTheSameNewsChangeNothing(t *testing.T) {
	d := newDesk(t)
	if !d.note(d.incident("a", 5)) || d.note(d.incident("a", 5)) || d.note(d.incident("a", 4)) || !d.note(d.incident("a", 6)) {
		t.Error("what is news is not told from what is not")
	}
}

func TestIncidentsAreToldApart(t *testing.T) {
	d := newDesk(t).run()
	elsewhere := d.incident("b", 3)
	elsewhere.Cluster = "dev"
	d.Notify(d.incident("a", 1))
	d.expect("/api/chat.postMessage", map[string]string{"channel": "#prod"})
	d.Notify(elsewhere) // does not wait for the minute of the other
	d.expect("/api/chat.postMessage", map[string]string{"channel": "#ecs"}, "3 tasks")
}

func TestNoRuleNoMessage(t *testing.T) {
	d := newDesk(t)
	d.opts.Channels = channels.Rules{{Kind: channels.Cluster, Pattern: "other", Channel: "#other"}}
	if d.note(d.incident("a", 1)) || len(d.threads) != 0 {
		t.Error("an incident without channel is remembered")
	}
}

func TestARateLimitHoldsANotificationBack(t *testing.T) {
	d := newDesk(t)
	d.slack.script("/api/chat.postMessage", limited(90))
	d.run()
	d.Notify(d.incident("a", 1))
	d.slack.receive(t)
	if wait := d.clock.passWait(t); wait != 90*time.Second {
		t.Errorf("waited %s, want what Slack asked for", wait)
	}
	d.expect("/api/chat.postMessage", nil, "1 task")
}

func TestAnIncidentThatSlackWillNotHaveIsLeftAlone(t *testing.T) {
	d := newDesk(t)
	d.slack.script("/api/chat.postMessage", slackError("channel_not_found"))
	d.run()
	d.Notify(d.incident("a", 1))
	d.slack.receive(t)
	d.Notify(d.incident("b", 1))
	d.expect("/api/chat.postMessage", nil)
	if d.note(d.incident("a", 2)) {
		t.Error("what Slack will not have is news again")
	}
	if log := d.log.String(); !strings.Contains(log, "channel_not_found") || strings.Contains(log, token) {
		t.Errorf("the log:\n%s", log)
	}
}

func TestFailuresOfAnIncidentAreBounded(t *testing.T) {
	d := newDesk(t)
	d.clock.hurry(t)
	for range maxFailures * maxTries {
		d.slack.script("/api/chat.postMessage", slackError("internal_error"))
	}
	d.Notify(d.incident("a", 1))
	for range maxFailures - 1 {
		if wait := d.work(); wait != quiet {
			t.Errorf("the next try waits for %s, want %s", wait, quiet)
		}
		d.clock.advance(quiet)
	}
	if wait := d.work(); wait != 0 {
		t.Errorf("there is still something to tell in %s", wait)
	}
	if n := len(d.slack.calls); n != maxFailures*maxTries {
		t.Errorf("%d calls, want %d", n, maxFailures*maxTries)
	}
}

func TestAThreadThatCouldNotBeToldIsToldLater(t *testing.T) {
	d := newDesk(t)
	d.clock.hurry(t)
	d.Notify(d.incident("a", 1))
	d.work()
	d.expect("/api/chat.postMessage", nil)
	for range maxTries {
		d.slack.script("/api/chat.postMessage", status(500))
	}
	d.Notify(d.incident("a", 9))
	d.clock.advance(quiet)
	d.work()
	d.clock.advance(quiet)
	d.work()
	d.expect("/api/chat.update", nil, "9 tasks")
	for range maxTries {
		d.expect("/api/chat.postMessage", map[string]string{"thread_ts": "1.000100"}, "*9 tasks*")
	}
	d.expect("/api/chat.update", nil, "9 tasks")
	d.expect("/api/chat.postMessage", map[string]string{"thread_ts": "1.000100"}, "*9 tasks*")
	d.slack.receiveNone(t)
}

func TestThreadsAreBounded(t *testing.T) {
	d := newDesk(t)
	for i := range maxThreads + 10 {
		d.note(d.incident(fmt.Sprint(i), 1))
		d.clock.advance(time.Second)
	}
	if _, first := d.threads["0"]; len(d.threads) != maxThreads || first {
		t.Errorf("%d incidents are remembered, the first: %v, want the newest %d", len(d.threads), first, maxThreads)
	}
}
