package app_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/samples"
)

// slowDemo is the service on the demo's account, behind a slow network.
func slowDemo(t *testing.T) (*service, *awsfake.Server) {
	t.Helper()
	scenario, _ := samples.Demo(time.Now())
	aws := awsfake.New(scenario)
	aws.SetFault(awsfake.EveryOperation, awsfake.Fault{Latency: 100 * time.Millisecond})
	return startWithAWS(t, aws, "example"), aws
}

func TestStreamOfAWholeDiagnosis(t *testing.T) {
	s, _ := slowDemo(t)
	sample := demoSamples()[0]
	got := s.ask("GET", "/api/v1/diagnoses/stream?task="+sample.ARN, "")
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("status %d, %s: %s", got.status, got.header.Get("Content-Type"), got.raw)
	}
	for _, want := range []string{
		`data: {"name":"ecs:DescribeTasks","status":"started"`,
		`data: {"name":"ecs:DescribeTasks","status":"ok","calls":1`,
		`data: {"name":"cloudtrail:LookupEvents","status":"started"`,
		"event: verdict\ndata: {\"cause\":\"" + sample.WantCause,
		"event: diagnosis\ndata: {\"id\":",
	} {
		before, after, ok := strings.Cut(got.raw, want)
		if !ok {
			t.Fatalf("the stream lacks %q, or has it too early:\n%s", want, got.raw)
		}
		if want[0] == 'e' { // what follows comes after it, the lines on sources in any order
			got.raw = after
			continue
		}
		got.raw = before + after
	}
	again := s.ask("GET", "/api/v1/diagnoses/stream?task="+sample.ARN, "")
	if strings.Contains(again.raw, "event: source") || !strings.Contains(again.raw, "event: diagnosis") {
		t.Errorf("a kept diagnosis does not come at once:\n%s", again.raw)
	}
}

func TestProgressPageOfAWholeDiagnosis(t *testing.T) {
	s, _ := slowDemo(t)
	sample := demoSamples()[0]
	page := s.ask("GET", "/diagnose?task="+sample.ARN, "").raw
	for _, want := range []string{`class="looking"`, "Task (ECS)", `<article class="report`, "</html>"} {
		if _, after, ok := strings.Cut(page, want); ok {
			page = after
			continue
		}
		t.Fatalf("the page lacks %q behind what came before it", want)
	}
	if again := s.ask("GET", "/diagnose?task="+sample.ARN, "").raw; strings.Contains(again, `class="looking"`) || !strings.Contains(again, `<article class="report`) {
		t.Error("a kept report does not come at once")
	}
}

func TestAPreviewAsksAWSNothing(t *testing.T) {
	s, aws := slowDemo(t)
	for _, method := range []string{"GET", "HEAD"} {
		req, err := http.NewRequest(method, s.url+"/diagnose?task="+demoSamples()[0].ARN, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("User-Agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || len(aws.Calls()) != 0 {
			t.Errorf("%s: status %d after the calls %v, want 200 and none", method, resp.StatusCode, aws.Calls())
		}
	}
}

func TestOneCollectionForTwoHundred(t *testing.T) {
	s, aws := slowDemo(t)
	sample := demoSamples()[0]
	var asking sync.WaitGroup
	ids := make([]string, 200)
	for i := range ids {
		asking.Go(func() {
			got, err := s.try("GET", "/api/v1/diagnoses?task="+sample.ARN, "")
			if err != nil {
				t.Errorf("request %d: %v", i, err)
			}
			ids[i] = got.at("id")
		})
	}
	asking.Wait()
	for i, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("request %d got the diagnosis %q, the first %q", i, id, ids[0])
		}
	}
	if calls := aws.Calls(); calls["ecs:DescribeTasks"] != 1 || calls["cloudtrail:LookupEvents"] != 1 {
		t.Errorf("calls %v, want those of one collection", calls)
	}
}

func TestTheStreamIsExplained(t *testing.T) {
	page := startDemo(t).ask("GET", "/docs", "").raw
	for _, want := range []string{"curl -sN &#39;", "event: diagnosis"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page on the API lacks %q", want)
		}
	}
}
