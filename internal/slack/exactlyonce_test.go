package slack

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/slack/slackfake"
	"whystopped/internal/words"
)

var errKilled = errors.New("the process was killed")

// dieAfter tells of an incident, and is killed before it can take note of what it
// told. The next one comes when the claim has run out.
func (d *desk) dieAfter(in casebook.Incident) {
	d.t.Helper()
	d.book.failToEnd(errKilled, 1)
	d.book.put(in)
	if _, err := d.Tell(d.t.Context(), in.ID); !errors.Is(err, errKilled) {
		d.t.Fatalf("error %v, want that of the book", err)
	}
	if again := d.tell(in); again != claimTime {
		d.t.Errorf("whoever comes next waits %s, want %s", again, claimTime)
	}
	d.clock.advance(claimTime)
	d.calls()
	d.Notifier = d.another()
}

func TestAMessageWhosePosterDiedIsFound(t *testing.T) {
	d := newDesk(t)
	d.dieAfter(incident(1))
	d.tell(incident(1))
	d.expectCalls("users.conversations", "conversations.history", "conversations.replies", "chat.update")
	d.expectMessages(line{Channel: prod, Kind: ofIncident, Count: 1, Edited: true})
	d.later(incident(2)) // and from then on it is as any other
	d.expectCalls("chat.update", "chat.postMessage")
}

func TestAReplyWhosePosterDiedIsFound(t *testing.T) {
	d := newDesk(t)
	d.tell(incident(1))
	d.clock.advance(quiet)
	d.dieAfter(incident(10))
	d.tell(incident(11))
	d.expectCalls("conversations.replies", "chat.update")
	d.later(incident(19)) // not twice as many as those that were told
	d.later(incident(20))
	d.expectMessages(
		line{Channel: prod, Kind: ofIncident, Count: 10, Edited: true},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 10},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 20},
	)
}

func TestAVerdictThatWasToldByWhoeverDiedIsNotToldAgain(t *testing.T) {
	d := newDesk(t)
	d.tell(incident(10))
	d.clock.advance(quiet)
	better := incident(11)
	better.Verdict.Cause, better.Verdict.Title = "startup.kms.denied", words.Plain("The role may not decrypt the secret")
	d.dieAfter(better)
	d.tell(better)
	another := better
	another.Verdict.Cause, another.Verdict.Title = "startup.kms.disabled", words.Plain("The key is disabled")
	d.later(another)
	reworded := another
	reworded.Verdict.Title = words.Plain("The KMS key is disabled") // the same in other words calls nobody
	d.later(reworded)
	d.expectText(ofUpdate, "*The key is disabled*")
	d.expectMessages(
		line{Channel: prod, Kind: ofIncident, Count: 11, Edited: true},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 11},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 11},
	)
}

// TestOneDeathAfterAnother: the second finds the first one's message, changes
// it, tells the thread, and dies too.
func TestOneDeathAfterAnother(t *testing.T) {
	d := newDesk(t)
	d.dieAfter(incident(1))
	d.dieAfter(incident(40))
	d.tell(incident(41))
	d.expectCalls("users.conversations", "conversations.history", "conversations.replies", "chat.update")
	d.expectMessages(
		line{Channel: prod, Kind: ofIncident, Count: 40, Edited: true},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 40},
	)
}

func TestWhoeverDiedBeforePostingLeavesItToTheNext(t *testing.T) {
	d := newDesk(t)
	d.slack.fake.Fail("chat.postMessage", slackfake.Limited(600))
	d.dieAfter(incident(1))
	d.tell(incident(2))
	d.expectMessages(line{Channel: prod, Kind: ofIncident, Count: 2})
}

func TestAMessageIsFoundInTheChannelOfAnEarlierVerdict(t *testing.T) {
	d := newDesk(t)
	early := incident(3)
	early.Place.Cluster = "dev"
	d.dieAfter(early)
	early.Verdict.Cause = "startup.kms.denied"
	d.tell(early)
	d.expectMessages( // all in #ecs
		line{Channel: prod, Kind: ofIncident, Count: 3, Edited: true},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 3},
	)
}

func TestAMessageIsFoundAmongManyOthers(t *testing.T) {
	d := newDesk(t)
	d.slack.fake.PageSize = 7
	d.dieAfter(incident(1))
	talk := NewClient(ClientOptions{Token: "xoxb-of-somebody", Clock: d.clock, APIURL: d.slack.apiURL()})
	for i := range 30 {
		other := plain("x").withMetadata(metadata{incident: fmt.Sprintf("other%d", i), kind: ofIncident})
		if _, err := talk.post(t.Context(), "#prod", "", other); err != nil {
			t.Fatal(err)
		}
	}
	d.calls()
	d.tell(incident(1))
	if got := strings.Count(strings.Join(d.calls(), " "), "conversations.history"); got != 5 {
		t.Errorf("%d pages were read, want 5", got)
	}
	if n := len(d.slack.fake.Messages("")); n != 31 {
		t.Errorf("%d messages, want no other than the 31 that there were", n)
	}
}

// TestAnAlertIsRatherToldTwiceThanLost: Slack does not let us look.
func TestAnAlertIsRatherToldTwiceThanLost(t *testing.T) {
	for _, test := range []struct{ method, code string }{
		{"users.conversations", "missing_scope"},
		{"conversations.history", "missing_scope"},
		{"conversations.history", "not_in_channel"},
	} {
		t.Run(test.method+" "+test.code, func(t *testing.T) {
			d := newDesk(t)
			d.dieAfter(incident(1))
			// Once for each channel that the rules know.
			d.slack.fake.Fail(test.method, slackfake.Error(test.code), slackfake.Error(test.code), slackfake.Error(test.code))
			d.tell(incident(1))
			d.expectMessages(line{Channel: prod, Kind: ofIncident, Count: 1}, line{Channel: prod, Kind: ofIncident, Count: 1})
			if log := d.log.String(); !strings.Contains(log, "posted twice") || !strings.Contains(log, test.code) || strings.Contains(log, token) {
				t.Errorf("the log:\n%s", log)
			}
		})
	}
}

func TestAThreadThatCannotBeReadIsToldAgain(t *testing.T) {
	d := newDesk(t)
	d.tell(incident(1))
	d.clock.advance(quiet)
	d.dieAfter(incident(4))
	d.slack.fake.Fail("conversations.replies", slackfake.Error("missing_scope"))
	d.tell(incident(4))
	d.expectMessages(
		line{Channel: prod, Kind: ofIncident, Count: 1, Edited: true},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 4},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 4},
	)
}

// TestWhileSlackCannotBeAskedNothingIsPosted: that it was not looked yet is kept.
func TestWhileSlackCannotBeAskedNothingIsPosted(t *testing.T) {
	for name, faults := range map[string][]slackfake.Fault{
		"it asks for patience":  {slackfake.Limited(300)},
		"its token is not good": {slackfake.Error("invalid_auth")},
		"it fails":              {slackfake.Status(503), slackfake.Status(503), slackfake.Status(503), slackfake.Status(503)},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.dieAfter(incident(1))
			if strings.Contains(name, "fails") {
				d.clock.hurry(t)
			}
			d.slack.fake.Fail("conversations.history", faults...)
			again, err := d.Tell(t.Context(), "i1")
			if again == 0 && err == nil {
				t.Error("it is told, though nobody could look")
			}
			d.Notifier = d.another()
			d.tell(incident(1))
			d.expectMessages(line{Channel: prod, Kind: ofIncident, Count: 1, Edited: true})
		})
	}
}

// TestALostAnswerIsLookedFor: the same without a death.
func TestALostAnswerIsLookedFor(t *testing.T) {
	for name, test := range map[string]struct {
		fault slackfake.Fault
		want  line
	}{
		"it was posted, and the connection broke": {slackfake.Lost().AfterIt(), line{Channel: prod, Kind: ofIncident, Count: 1, Edited: true}},
		"it was posted, and Slack failed":         {slackfake.Status(502).AfterIt(), line{Channel: prod, Kind: ofIncident, Count: 1, Edited: true}},
		"it was posted, and Slack says it failed": {slackfake.Error("internal_error").AfterIt(), line{Channel: prod, Kind: ofIncident, Count: 1, Edited: true}},
		"it was not posted":                       {slackfake.Status(502), line{Channel: prod, Kind: ofIncident, Count: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.slack.fake.Fail("chat.postMessage", test.fault)
			d.book.put(incident(1))
			if _, err := d.Tell(t.Context(), "i1"); err == nil {
				t.Error("no error though it is not known whether it was told")
			}
			if again := d.tell(incident(1)); again != settle {
				t.Errorf("looked for in %s, want %s", again, settle)
			}
			d.expectCalls("chat.postMessage")
			d.clock.advance(settle)
			d.tell(incident(1))
			d.expectMessages(test.want)
		})
	}
}

func TestManyTellAtTheSameTime(t *testing.T) {
	d := newDesk(t)
	const many = 8
	for _, count := range []int{1, 2, 5} {
		d.book.put(incident(count))
		again := make(chan time.Duration, many)
		var running sync.WaitGroup
		for range many {
			n := d.another()
			running.Go(func() {
				wait, err := n.Tell(t.Context(), "i1")
				if err != nil {
					t.Errorf("Tell: %v", err)
				}
				again <- wait
			})
		}
		running.Wait()
		close(again)
		told := 0
		for wait := range again {
			if wait == 0 {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%d of %d told it, want one", told, many)
		}
		d.clock.advance(quiet)
	}
	d.expectMessages(
		line{Channel: prod, Kind: ofIncident, Count: 2, Edited: true},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 2},
		line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 5},
	)
}

// TestWhateverBreaksNothingIsToldTwice breaks one thing after another, in every
// order of two, and wants each figure told once.
func TestWhateverBreaksNothingIsToldTwice(t *testing.T) {
	breaks := map[string]func(*desk){
		"nothing":         func(*desk) {},
		"the book":        func(d *desk) { d.book.failToEnd(errKilled, 1) },
		"the book, twice": func(d *desk) { d.book.failToEnd(errKilled, 2) },
		"the answer":      func(d *desk) { d.slack.fake.Fail("chat.postMessage", slackfake.Lost().AfterIt()) },
		"the post":        func(d *desk) { d.slack.fake.Fail("chat.postMessage", slackfake.Lost()) },
		"answer and book": func(d *desk) {
			d.slack.fake.Fail("chat.postMessage", slackfake.Lost().AfterIt())
			d.book.failToEnd(errKilled, 1)
		},
		"the look":         func(d *desk) { d.slack.fake.Fail("conversations.history", slackfake.Error("invalid_auth")) },
		"the look at more": func(d *desk) { d.slack.fake.Fail("conversations.replies", slackfake.Error("invalid_auth")) },
		"a change":         func(d *desk) { d.slack.fake.Fail("chat.update", slackfake.Error("invalid_auth")) },
	}
	for first, breakFirst := range breaks {
		for second, breakSecond := range breaks {
			t.Run(first+", then "+second, func(t *testing.T) {
				d := newDesk(t)
				breakFirst(d)
				d.tellUntilTold(incident(1))
				breakSecond(d)
				d.tellUntilTold(incident(2))
				d.tellUntilTold(incident(4))
				d.expectMessages(
					line{Channel: prod, Kind: ofIncident, Count: 2, Edited: true},
					line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 2},
					line{Channel: prod, Below: "a", Kind: ofUpdate, Count: 4},
				)
			})
		}
	}
}

// tellUntilTold does what the queue does.
func (d *desk) tellUntilTold(in casebook.Incident) {
	d.t.Helper()
	d.book.put(in)
	for range 20 {
		again, err := d.Tell(d.t.Context(), in.ID)
		if again == 0 && err == nil {
			return
		}
		d.clock.advance(max(again, time.Second))
	}
	d.t.Fatalf("%d tasks are not told after all that time", in.Count)
}
