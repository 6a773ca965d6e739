package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
)

// linkEvent is a message with links in it.
func linkEvent(id string, more map[string]any, links ...string) string {
	event := map[string]any{"type": "link_shared", "channel": "C0CHANNEL1", "message_ts": "17.5", "user": "U0123456789"}
	var list []map[string]string
	for _, l := range links {
		list = append(list, map[string]string{"domain": "why.example.com", "url": l})
	}
	event["links"] = list
	envelope := map[string]any{"type": "event_callback", "event_id": id, "team_id": "T1", "event": event}
	for key, value := range more {
		if key == "is_ext_shared_channel" {
			envelope[key] = value
			continue
		}
		event[key] = value
	}
	body, err := json.Marshal(envelope)
	if err != nil {
		panic(err)
	}
	return string(body)
}

func unknown(string) (diagnose.Diagnosis, error) {
	return diagnose.Diagnosis{}, &casebook.Error{Kind: casebook.UnknownDiagnosis, Message: "not kept"}
}

func sample(string) (diagnose.Diagnosis, error) { return sampleDiagnosis(), nil }

func TestLinksAreUnfurledWithoutACallToAWS(t *testing.T) {
	ask := publicURL + "/diagnose?task=" + url.QueryEscape(taskARN)
	tests := []struct {
		name        string
		link        string
		get, newest func(string) (diagnose.Diagnosis, error)
		want        string // in the unfurl; "" where there is none
	}{
		{name: "a kept report", link: publicURL + "/d/0123456789abcdefghjkmnpq", get: sample, want: "may not read the secret"},
		{name: "a report on evidence that somebody brought", link: publicURL + "/d/0123456789abcdefghjkmnpq", get: func(string) (diagnose.Diagnosis, error) {
			d := sampleDiagnosis()
			d.Brought, d.BroughtBy = true, "ana@example.com"
			return d, nil
		}},
		{name: "a report that is not kept", link: publicURL + "/d/0123456789abcdefghjkmnpq", get: unknown},
		{name: "a store that fails", link: publicURL + "/d/x", get: func(string) (diagnose.Diagnosis, error) { return diagnose.Diagnosis{}, errors.New("made up") }},
		{name: "a task that was diagnosed", link: ask, newest: sample, want: "may not read the secret"},
		{name: "a task that was not", link: ask, newest: unknown, want: "*Why did this task stop?* `" + taskARN + "`"},
		{name: "escaped as Slack does", link: publicURL + "/diagnose?x=1&amp;task=" + url.QueryEscape(taskARN), newest: unknown, want: taskARN},
		{name: "other ways of writing", link: "HTTPS://WHY.example.com:443/ecs/diagnose?task=prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0", newest: unknown, want: "0f1e2d3c"},
		{name: "a service, which only AWS knows", link: publicURL + "/diagnose?task=arn:aws:ecs:eu-west-1:111122223333:service/prod/api", want: "service/prod/api"},
		{name: "no task at all", link: publicURL + "/diagnose?task=%3C!here%3E"},
		{name: "another page", link: publicURL + "/causes"},
		{name: "another host", link: "https://why.example.com.evil.example/ecs/d/x"},
		{name: "another port", link: "https://why.example.com:8443/ecs/d/x"},
		{name: "another scheme", link: "http://why.example.com/ecs/d/x"},
		{name: "another path", link: "https://why.example.com/d/x"},
		{name: "a path that only begins alike", link: "https://why.example.com/ecs2/d/x"},
		{name: "with a login", link: "https://me:pw@why.example.com/ecs/d/x"},
		{name: "no link", link: "https://%zz"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.book.get, w.book.newestTold = test.get, test.newest // Diagnose fails the test
			m, ok := w.bot.preview(t.Context(), test.link)
			if ok != (test.want != "") {
				t.Fatalf("unfurled: %v, want %v", ok, test.want != "")
			}
			if !ok {
				return
			}
			blocks, err := json.Marshal(m.blocks)
			if err != nil {
				t.Fatal(err)
			}
			if all := strings.Join(textsOf(t, string(blocks)), "\n"); !strings.Contains(all, test.want) {
				t.Errorf("the unfurl lacks %q:\n%s", test.want, all)
			}
		})
	}
}

func TestUnfurling(t *testing.T) {
	w := newWorld(t).run()
	w.book.get = sample
	link, foreign := publicURL+"/d/0123456789abcdefghjkmnpq", "https://example.com/d/x"
	if got := w.event(linkEvent("Ev1", nil, link, foreign)); got.Code != http.StatusOK {
		t.Fatalf("status %d, want 200", got.Code)
	}
	got := w.slack.receive(t)
	if got.Path != "/api/chat.unfurl" || got.Form.Get("channel") != "C0CHANNEL1" || got.Form.Get("ts") != "17.5" || got.Token != token {
		t.Errorf("unfurled by %s %v", got.Path, got.Form)
	}
	var unfurls map[string]struct{ Blocks json.RawMessage }
	if err := json.Unmarshal([]byte(got.Form.Get("unfurls")), &unfurls); err != nil || len(unfurls) != 1 {
		t.Fatalf("unfurls %s, want one (%v)", got.Form.Get("unfurls"), err)
	}
	textsOf(t, string(unfurls[link].Blocks))

	w.event(linkEvent("Ev2", map[string]any{"unfurl_id": "C1.1.x", "source": "composer", "channel": "COMPOSER", "message_ts": "b2e6"}, link))
	if got := w.slack.receive(t); got.Form.Get("unfurl_id") != "C1.1.x" || got.Form.Get("source") != "composer" || got.Form.Has("ts") {
		t.Errorf("a draft is unfurled by %v", got.Form)
	}
}

func TestEventsThatAskForNothing(t *testing.T) {
	link := publicURL + "/d/0123456789abcdefghjkmnpq"
	for name, body := range map[string]string{
		"a channel shared with others": linkEvent("Ev1", map[string]any{"is_ext_shared_channel": true}, link),
		"another event":                linkEvent("Ev1", map[string]any{"type": "message"}, link),
		"another envelope":             `{"type":"app_rate_limited"}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if got := w.event(body); got.Code != http.StatusOK || len(w.bot.work) != 0 {
				t.Errorf("status %d with %d to do, want 200 with nothing", got.Code, len(w.bot.work))
			}
		})
	}
	w := newWorld(t)
	w.bot.opts.Client = NewClient(ClientOptions{Clock: w.clock})
	if got := w.event(linkEvent("Ev1", nil, link)); got.Code != http.StatusOK || len(w.bot.work) != 0 {
		t.Errorf("without a token: status %d with %d to do, want 200 with nothing", got.Code, len(w.bot.work))
	}
}

func TestAnEventIsDoneOnce(t *testing.T) {
	w := newWorld(t)
	body := linkEvent("Ev1", nil, publicURL+"/d/x")
	for try, want := range []int{1, 1, 1} {
		w.clock.advance(time.Minute)
		got := w.event(body, "X-Slack-Retry-Num", fmt.Sprint(try), "X-Slack-Retry-Reason", "http_timeout")
		if got.Code != http.StatusOK || len(w.bot.work) != want {
			t.Errorf("try %d: status %d with %d to do, want 200 with %d", try, got.Code, len(w.bot.work), want)
		}
	}
	w.event(linkEvent("Ev2", nil, publicURL+"/d/x"), "X-Slack-Retry-Num", "1")
	if len(w.bot.work) != 2 {
		t.Errorf("a retry of what never arrived is left out")
	}
}

func TestAnEventThatFoundNoRoomMayComeAgain(t *testing.T) {
	w := newWorld(t)
	for range maxWaiting {
		w.bot.enqueue(nil)
	}
	body := linkEvent("Ev1", nil, publicURL+"/d/x")
	if got := w.event(body); got.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", got.Code)
	}
	<-w.bot.work
	if got := w.event(body, "X-Slack-Retry-Num", "1"); got.Code != http.StatusOK || len(w.bot.work) != maxWaiting {
		t.Errorf("again: status %d with %d to do, want 200 with %d", got.Code, len(w.bot.work), maxWaiting)
	}
}

func TestSeenIsBounded(t *testing.T) {
	now := time.Unix(0, 0)
	s := newSeen(time.Hour, 3)
	for i := range 10 {
		if !s.first(fmt.Sprint(i), now) {
			t.Errorf("%d came before", i)
		}
	}
	if len(s.known) != 3 || len(s.order) != 3 {
		t.Errorf("%d and %d are remembered, want 3", len(s.known), len(s.order))
	}
	if s.first("9", now.Add(time.Hour)) || !s.first("9", now.Add(time.Hour+time.Second)) {
		t.Error("what came an hour ago is not remembered, or longer")
	}
}

func TestMessagesSayWhoProvidedTheEvidence(t *testing.T) {
	d := sampleDiagnosis()
	d.Brought, d.BroughtBy = true, "ana@example.com"
	m := verdictMessage(d, "")
	blocks, err := json.Marshal(m.blocks)
	if err != nil {
		t.Fatal(err)
	}
	const want = "Based on evidence that ana@example.com provided; nothing was read from AWS."
	if first := textsOf(t, string(blocks))[0]; first != "*"+want+"*" {
		t.Errorf("the message begins with %q, want %q", first, want)
	}
	if !strings.HasPrefix(string(m.text), want) {
		t.Errorf("the notification begins with %q, want %q", m.text, want)
	}
}
