package slack

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/slack/channels"
	"whystopped/internal/slack/slackfake"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// desk is a notifier between Slack's double and a book.
type desk struct {
	*Notifier
	t     *testing.T
	slack *double
	book  *claimBook
	clock *fakeClock
	log   *logText
}

func newDesk(t *testing.T) *desk {
	clock := newClock()
	d := &desk{t: t, slack: newDouble(t, clock), book: newClaimBook(), clock: clock, log: &logText{}}
	d.Notifier = d.another()
	return d
}

// another is a notifier of another process, which shares Slack and the book.
func (d *desk) another() *Notifier {
	d.t.Helper()
	rules, err := channels.Parse("default=#ecs;cluster:prod=#prod;cause:startup.kms.*=C0KEYTEAM0")
	if err != nil {
		d.t.Fatal(err)
	}
	n, err := NewNotifier(NotifierOptions{
		Client: NewClient(ClientOptions{Token: token, Clock: d.clock, APIURL: d.slack.apiURL()}), Book: d.book, Channels: rules,
		PublicURL: publicURL, Log: slog.New(slog.NewTextHandler(d.log, nil)), Clock: d.clock,
	})
	if err != nil {
		d.t.Fatalf("NewNotifier: %v", err)
	}
	return n
}

// tell tells of an incident as it stands, which has to succeed.
func (d *desk) tell(in casebook.Incident) (again time.Duration) {
	d.t.Helper()
	d.book.put(in)
	again, err := d.Tell(d.t.Context(), in.ID)
	if err != nil {
		d.t.Fatalf("Tell: %v", err)
	}
	return again
}

// later tells of an incident once its message may be changed again.
func (d *desk) later(in casebook.Incident) {
	d.t.Helper()
	d.clock.advance(quiet)
	if again := d.tell(in); again != 0 {
		d.t.Errorf("told in %s, want now", again)
	}
}

// calls are the methods that Slack was called by since the last time.
func (d *desk) calls() []string {
	var methods []string
	for len(d.slack.calls) > 0 {
		c := <-d.slack.calls
		methods = append(methods, strings.TrimPrefix(c.Path, "/api/"))
	}
	return methods
}

func (d *desk) expectCalls(want ...string) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.calls()); diff != "" {
		d.t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// line is what matters of a message.
type line struct {
	Channel, Below string // the number of the message that it is below
	Kind           string
	Count          float64
	Edited         bool
}

// messages are what stands in Slack, all of it of one incident.
func (d *desk) messages() []line {
	d.t.Helper()
	number := map[string]string{"": ""}
	var all []line
	for i, m := range d.slack.fake.Messages("") {
		number[m.TS] = string(rune('a' + i))
		l := line{Channel: m.Channel, Below: number[m.ThreadTS], Edited: m.Edits > 0}
		if m.Metadata == nil || m.Metadata.EventType != metadataType || m.Metadata.EventPayload["incident"] != "i1" {
			d.t.Errorf("a message is marked %v", m.Metadata)
		} else {
			l.Kind, _ = m.Metadata.EventPayload["kind"].(string)
			l.Count, _ = m.Metadata.EventPayload["count"].(float64)
		}
		all = append(all, l)
	}
	return all
}

func (d *desk) expectMessages(want ...line) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.messages()); diff != "" {
		d.t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// expectText checks that the newest message of a kind says all of this.
func (d *desk) expectText(kind string, texts ...string) {
	d.t.Helper()
	for _, m := range slices.Backward(d.slack.fake.Messages("")) {
		if m.Metadata.EventPayload["kind"] != kind {
			continue
		}
		all := strings.Join(textsOf(d.t, m.Blocks), "\n")
		for _, want := range texts {
			if !strings.Contains(all, want) {
				d.t.Errorf("the message lacks %q:\n%s", want, all)
			}
		}
		return
	}
	d.t.Errorf("there is no message of kind %s", kind)
}

// incident is one of service api that began at ten to eight.
func incident(count int) casebook.Incident {
	first := time.Date(2026, 11, 22, 7, 50, 0, 0, time.UTC)
	return casebook.Incident{
		ID: "i1", Place: taskref.Ref{Partition: "aws", Account: "111122223333", Region: "eu-west-1", Cluster: "prod", Group: "service:api"},
		Revision: "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:41", Diagnosis: "d1",
		Verdict: diagnose.Verdict{
			Cause: "startup.secretsmanager.denied", Title: words.Plain("The execution role may not read a secret"), Summary: words.Plain("ECS could not fetch it."),
			Identity: verdict.Identity{Kind: verdict.ExecutionRole}, Confidence: verdict.Likely,
		},
		Count: count, First: first, Last: first.Add(time.Duration(count) * time.Minute), Opened: first,
	}
}

// prod is the id of #prod, or of whatever else is the first channel that is
// posted to.
const prod = "C000000001"

func TestAnIncidentHasOneMessageThatGrows(t *testing.T) {
	d := newDesk(t)
	if again := d.tell(incident(1)); again != 0 {
		t.Errorf("told again after %s", again)
	}
	d.expectText(ofIncident, "*The execution role may not read a secret*", "Task execution role", "*Service*\n`api`", "`prod`", "*Revision*\n`api:41`",
		"1 task", "Likely", "<!date^1795333860^", "<"+publicURL+"/incidents/i1|Open the incident>", "<"+publicURL+"/d/d1|Open the report>")
	c := d.slack.receive(t)
	if c.Token != token || c.Form.Get("channel") != "#prod" || c.Form.Get("unfurl_links") != "false" {
		t.Errorf("posted by %v", c.Form)
	}

	if again := d.tell(incident(40)); again != quiet {
		t.Errorf("a change waits for %s, want %s", again, quiet)
	}
	d.expectCalls()
	d.later(incident(40))
	d.expectCalls("chat.update", "chat.postMessage")
	d.expectText(ofIncident, "40 tasks", "*How often*\n58 an hour")
	d.expectText(ofUpdate, "40 tasks have stopped for the same reason")

	d.later(incident(41)) // the figure alone calls nobody
	d.expectCalls("chat.update")
	d.expectText(ofIncident, "41 tasks")

	known := incident(42)
	known.Verdict.Confidence, known.Verdict.Title = verdict.Confirmed, words.Plain("Another title")
	d.later(known)
	d.expectText(ofIncident, "Confirmed", "*Another title*")
	d.expectText(ofUpdate, "New verdict", "*Another title*")

	d.later(known)
	d.later(known) // and where nothing changed, nothing is sent
	d.expectCalls("chat.update", "chat.postMessage")
	d.expectMessages(
		line{Channel: prod, Kind: ofIncident, Count: 40, Edited: true},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 40},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 42},
	)
}

func TestWhatAnIncidentIsOf(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*casebook.Incident)
		want   []string
		not    string
	}{
		{"a family of tasks", func(in *casebook.Incident) { in.Place.Group = "family:nightly" }, []string{"*Family*\n`nightly`"}, "*Service*"},
		{"a group of somebody's own", func(in *casebook.Incident) { in.Place.Group = "batch" }, []string{"*Group*\n`batch`"}, "*Service*"},
		{"nothing", func(in *casebook.Incident) { in.Place.Group, in.Revision, in.Diagnosis = "", "", "" }, []string{"/incidents/i1|"}, "/d/"},
		{"a slow one", func(in *casebook.Incident) { in.Count, in.Last = 3, in.First.Add(time.Hour) }, []string{"2 an hour"}, "a minute"},
		{"a steady one", func(in *casebook.Incident) { in.Count, in.Last = 31, in.First.Add(time.Hour) }, []string{"30 an hour"}, "a minute"},
		{"the first of them", func(in *casebook.Incident) { in.Count, in.Last = 1, in.First }, []string{"1 task"}, "How often"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, in := newDesk(t), incident(2)
			test.change(&in)
			d.tell(in)
			d.expectText(ofIncident, test.want...)
			if text := d.slack.fake.Messages("")[0].Blocks; strings.Contains(text, test.not) {
				t.Errorf("the message has %q: %s", test.not, text)
			}
		})
	}
}

func TestTheRulesChooseTheChannelOnce(t *testing.T) {
	d := newDesk(t)
	in := incident(1)
	in.Place.Cluster = "dev"
	d.tell(in)
	in.Count, in.Verdict.Cause = 9, "startup.kms.denied" // now another rule would match
	d.later(in)
	if n := len(d.slack.fake.Messages("#ecs")); n != 2 {
		t.Errorf("%d messages in #ecs, want both", n)
	}
}

func TestNoRuleNoMessage(t *testing.T) {
	d := newDesk(t)
	d.opts.Channels = channels.Rules{{Kind: channels.Cluster, Pattern: "other", Channel: "#other"}}
	if again := d.tell(incident(1)); again != 0 {
		t.Errorf("told again after %s", again)
	}
	d.expectCalls()
}

// TestAnIncidentOutOfBoundsIsNotTold: the lists were narrowed since it opened.
func TestAnIncidentOutOfBoundsIsNotTold(t *testing.T) {
	d := newDesk(t)
	in := incident(1)
	d.opts.Bounds = taskref.Bounds{Accounts: []string{"999988887777"}}
	if again := d.tell(in); again != 0 {
		t.Errorf("to be told again in %v", again)
	}
	d.expectCalls()
	d.opts.Bounds = taskref.Bounds{Accounts: []string{in.Place.Account}}
	d.tell(in)
	d.expectCalls("chat.postMessage")
}

func TestAnIncidentThatIsGoneIsNotTold(t *testing.T) {
	d := newDesk(t)
	if again, err := d.Tell(t.Context(), "i1"); again != 0 || err != nil {
		t.Errorf("again %s, error %v, want neither", again, err)
	}
}

func TestAnIncidentThatTurnsIntoAnotherSaysSoOnce(t *testing.T) {
	d := newDesk(t)
	d.tell(incident(4))
	d.calls()
	in := incident(0)
	in.Into = "i2"
	d.later(in)
	d.expectText(ofIncident, "part of another incident", "<"+publicURL+"/incidents/i2|Open the other incident>")
	in.Into = "i3"
	d.later(in)
	d.expectCalls("chat.update")
	d.expectMessages(line{Channel: prod, Kind: ofIncident, Count: 4, Edited: true})
}

func TestAnIncidentThatTurnsIntoAnotherBeforeItWasToldIsNot(t *testing.T) {
	d := newDesk(t)
	in := incident(0)
	in.Into = "i2"
	d.tell(in)
	d.expectCalls()
}

func TestARateLimitThatFitsIsWaitedFor(t *testing.T) {
	d := newDesk(t)
	d.slack.fake.Fail("chat.postMessage", slackfake.Limited(30))
	d.clock.hurry(t)
	before := d.clock.Now()
	if again := d.tell(incident(1)); again != 0 {
		t.Errorf("told in %s, want now", again)
	}
	if waited := d.clock.Now().Sub(before); waited != 30*time.Second {
		t.Errorf("waited %s, want what Slack asked for", waited)
	}
	d.expectMessages(line{Channel: prod, Kind: ofIncident, Count: 1})
}

func TestARateLimitThatDoesNotFitIsNoFailure(t *testing.T) {
	d := newDesk(t)
	d.slack.fake.Fail("chat.postMessage", slackfake.Limited(90))
	if again := d.tell(incident(1)); again != 90*time.Second {
		t.Errorf("told in %s, want what Slack asked for", again)
	}
	d.clock.advance(30 * time.Second)
	second := d.another() // which Slack did not ask for anything yet
	if again := d.tell(incident(1)); again != time.Minute {
		t.Errorf("told in %s, want the rest of it", again)
	}
	d.expectCalls("chat.postMessage")
	if again, err := second.Tell(t.Context(), "i1"); again != 0 || err != nil {
		t.Errorf("another process: again %s, error %v", again, err)
	}
	d.expectMessages(line{Channel: prod, Kind: ofIncident, Count: 1})
}

func TestAnIncidentThatSlackWillNotHaveIsLeftAlone(t *testing.T) {
	for _, code := range []string{"channel_not_found", "not_in_channel", "is_archived"} {
		t.Run(code, func(t *testing.T) {
			d := newDesk(t)
			d.slack.fake.Fail("chat.postMessage", slackfake.Error(code))
			if again := d.tell(incident(1)); again != 0 {
				t.Errorf("told again after %s", again)
			}
			d.later(incident(2))
			d.expectCalls("chat.postMessage")
			if log := d.log.String(); strings.Count(log, code) != 1 || strings.Contains(log, token) {
				t.Errorf("the log:\n%s", log)
			}
		})
	}
}

func TestAMessageThatSomebodyRemovedIsNotPutBack(t *testing.T) {
	d := newDesk(t)
	d.tell(incident(1))
	d.slack.fake.Remove(prod, d.slack.fake.Messages("")[0].TS)
	d.later(incident(2))
	d.later(incident(8))
	d.expectCalls("chat.postMessage", "chat.update")
	if log := d.log.String(); strings.Count(log, "message_not_found") != 1 {
		t.Errorf("the log:\n%s", log)
	}
}

func TestATokenThatIsNotGoodIsATroubleThatPasses(t *testing.T) {
	d := newDesk(t)
	d.slack.fake.Fail("chat.postMessage", slackfake.Error("token_revoked"))
	d.book.put(incident(1))
	if again, err := d.Tell(t.Context(), "i1"); again != 0 || err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("again %s, error %v, want an error without the token", again, err)
	}
	d.tell(incident(1))
	d.expectMessages(line{Channel: prod, Kind: ofIncident, Count: 1})
}

func TestAThreadThatCouldNotBeToldIsToldLater(t *testing.T) {
	d := newDesk(t)
	d.tell(incident(1))
	d.slack.fake.Fail("chat.postMessage", slackfake.Status(http.StatusForbidden))
	d.clock.advance(quiet)
	d.book.put(incident(9))
	if _, err := d.Tell(t.Context(), "i1"); err == nil {
		t.Error("no error where the thread was not told")
	}
	if again := d.tell(incident(9)); again != quiet {
		t.Errorf("told in %s, want a minute after the message was changed", again)
	}
	d.later(incident(9))
	d.expectCalls("chat.postMessage", "chat.update", "chat.postMessage", "chat.postMessage")
	d.expectMessages(
		line{Channel: prod, Kind: ofIncident, Count: 1, Edited: true},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 9},
	)
}

func TestAStateOfANewerProgramIsLeftAlone(t *testing.T) {
	d := newDesk(t)
	d.book.put(incident(1))
	const newer = `{"version":2,"channel":"#elsewhere"}`
	d.book.claims["i1"] = &keptClaim{state: []byte(newer)}
	if _, err := d.Tell(t.Context(), "i1"); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("error %v, want one that names the version", err)
	}
	if kept := d.book.claims["i1"]; string(kept.state) != newer || kept.until.IsZero() {
		t.Errorf("kept %s, claimed until %s, want the state, and a claim that runs out", kept.state, kept.until)
	}
	d.expectCalls()
}

func TestATellingEndsWithItsContext(t *testing.T) {
	d := newDesk(t)
	d.book.put(incident(1))
	ctx, cancel := context.WithCancel(t.Context())
	d.slack.fake.Fail("chat.postMessage", slackfake.Answer(func(_ http.ResponseWriter, r *http.Request) {
		cancel() // the service is stopped
		<-r.Context().Done()
	}))
	if _, err := d.Tell(ctx, "i1"); err == nil {
		t.Error("no error for a message that was broken off")
	}
	if d.book.state(t, "i1").Unsure.IsZero() {
		t.Error("it is not kept that the message may have been posted")
	}
}
