package app_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/samples"
	"whystopped/internal/config"
)

// evidenceMark stands in every text that is evidence.
const evidenceMark = "xyzzyplugh"

// marked is the demo's account with the mark in all that anybody says there.
func marked() (awsfake.Scenario, []samples.Sample) {
	s, shown := samples.Demo(time.Now())
	for i := range s.Clusters {
		for j := range s.Clusters[i].Tasks {
			task := &s.Clusters[i].Tasks[j]
			task.StoppedReason += " " + evidenceMark
			for k := range task.Containers {
				task.Containers[k].Reason += " " + evidenceMark
			}
		}
		for j := range s.Clusters[i].Services {
			for k := range s.Clusters[i].Services[j].Events {
				s.Clusters[i].Services[j].Events[k].Message += " " + evidenceMark
			}
		}
	}
	for i := range s.LogGroups {
		for j := range s.LogGroups[i].Streams {
			for k := range s.LogGroups[i].Streams[j].Events {
				s.LogGroups[i].Streams[j].Events[k].Message += " " + evidenceMark
			}
		}
	}
	for i := range s.Trail {
		if s.Trail[i].ErrorMessage != "" {
			s.Trail[i].ErrorMessage += " " + evidenceMark
		}
		params := maps.Clone(s.Trail[i].RequestParameters)
		if params == nil {
			params = map[string]any{}
		}
		params["said"] = evidenceMark
		s.Trail[i].RequestParameters = params
	}
	return s, shown
}

// TestNoEvidenceInTheLog: at its most talkative the log tells of every request,
// and nothing of what was found or pasted.
func TestNoEvidenceInTheLog(t *testing.T) {
	scenario, shown := marked()
	startWithAWS(t, awsfake.New(scenario), "example") // for its environment
	s := start(t, config.Config{EventsKey: "made-up-key"})
	seen := 0
	for _, sample := range shown {
		got := s.diagnose(sample.ARN)
		if got.status != http.StatusOK {
			t.Fatalf("%s: status %d: %s", sample.Name, got.status, got.raw)
		}
		seen += strings.Count(got.raw, evidenceMark)
		s.ask("GET", "/d/"+got.at("id"), "")
	}
	if seen < len(shown) {
		t.Errorf("the mark is in the diagnoses %d times only", seen)
	}
	event, err := json.Marshal(map[string]any{
		"version": "0", "id": "event-1", "detail-type": "ECS Task State Change", "source": "aws.ecs", "account": "111122223333", "time": time.Now().UTC().Format(time.RFC3339), "region": "eu-west-1",
		"detail": map[string]any{
			"taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/gone/0123456789abcdef0123456789abcdef", "clusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/gone",
			"lastStatus": "STOPPED", "stopCode": "EssentialContainerExited", "stoppedReason": evidenceMark, "group": "service:api", "version": 1,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest("POST", s.url+"/api/v1/events", strings.NewReader(string(event)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("x-api-key", "made-up-key")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Fatalf("the event: status %d", resp.StatusCode)
	}
	for _, ask := range []struct{ method, path, body string }{
		{"POST", "/api/v1/evaluate", `{"text":"` + evidenceMark + `","logs":[{"container":"app","lines":["` + evidenceMark + `"]}]}`},
		{"POST", "/api/v1/evaluate", `{"` + evidenceMark + `":1}`},
		{"POST", "/api/v1/evaluate", evidenceMark},
		{"POST", "/api/v1/diagnoses", `{"task":"` + evidenceMark + `"}`},
		{"POST", "/api/v1/events", `{"` + evidenceMark + `":1}`},
		{"POST", "/diagnose", "task=" + evidenceMark + "+is+what+was+pasted"},
		{"GET", "/diagnose?task=" + url.QueryEscape(evidenceMark+" is pasted"), ""},
		{"GET", "/diagnoses?cause=" + evidenceMark, ""},
		{"GET", "/" + evidenceMark, ""},
		{"GET", "/d/" + evidenceMark, ""},
	} {
		s.ask(ask.method, ask.path, ask.body)
	}
	if err := s.stop(); err != nil { // so that the event's job has ended
		t.Fatal(err)
	}
	for line := range strings.Lines(s.log.String()) {
		if strings.Contains(line, evidenceMark) {
			t.Errorf("evidence in the log: %s", line)
		}
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	if n := strings.Count(s.log.String(), `"msg":"request"`); n < 2*len(shown) {
		t.Errorf("%d requests are in the log", n)
	}
}
