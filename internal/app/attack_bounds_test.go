package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// The tests of bounds send what once took minutes of a processor or megabytes of
// the history. They assert statuses and sizes, and never a time: that the work is
// linear is held where it is done.

// list is a JSON list of n items alike but for their number.
func list(n int, item string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, item, i)
	}
	return "[" + b.String() + "]"
}

const refusedByHand = "User: arn:aws:sts::111122223333:assumed-role/e/00000000000000000000000000000000 is not authorized to perform: secretsmanager:GetSecretValue on resource: "

func TestMoreThanATaskHasIsRefused(t *testing.T) {
	f := newFortress(t, nil)
	inDefinition := func(part string) string {
		return `{"task":{"stopCode":"TaskFailedToStart","taskArn":"arn:aws:ecs:eu-west-1:111122223333:task/p/00000000000000000000000000000000","stoppedReason":"` + refusedByHand + `x"},` +
			`"taskDefinition":{"executionRoleArn":"arn:aws:iam::111122223333:role/e","containerDefinitions":[{"name":"a",` + part + `}]}}`
	}
	tests := []struct{ name, body, says string }{
		{"secrets", inDefinition(`"secrets":` + list(16_000, `{"valueFrom":"%05x"}`)), "secrets has 16000 entries"},
		{"environment files", inDefinition(`"environmentFiles":` + list(16_000, `{"value":"arn:aws:s3:::b/%d"}`)), "environmentFiles has 16000 entries"},
		{"containers", `{"taskDefinition":{"containerDefinitions":` + list(100_000, `{"name":"c%d"}`) + `}}`, "containerDefinitions has 100000 entries"},
		{"records", `{"cloudtrail":` + list(25_000, `{"eventID":"%d","eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":"AccessDenied"}`) + `}`, "has 25000 entries"},
		{"logs", `{"logs":` + list(20_000, `{"container":"c%d","lines":["`+refusedByHand+`x"]}`) + `}`, "has 20000 entries"},
		{"lines", `{"logs":[{"lines":` + "[" + strings.Repeat(`"",`, 1_499_999) + `""]` + `}]}`, "lines has 1500000 entries"},
		{"service events", `{"serviceEvents":` + list(8_000, `"`+refusedByHand+`s%d"`) + `}`, "has 8000 entries"},
		{"a name", inDefinition(`"secrets":[{"valueFrom":"` + strings.Repeat("x", 4<<20) + `"}]`), "valueFrom has 4194304 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := f.ask(http.MethodPost, "/api/v1/evaluate", test.body, f.bearer(f.reader))
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "urn:whystopped:problem:invalid-evidence") || !strings.Contains(got.body, test.says) || len(got.body) > 2000 {
				t.Errorf("status %d, %d bytes: %.300s", got.status, len(got.body), got.body)
			}
			form := url.Values{"task": {test.body}}.Encode()
			page := f.ask(http.MethodPost, "/diagnose", form, append(f.bearer(f.reader), "Content-Type", "application/x-www-form-urlencoded"))
			if page.status != http.StatusUnprocessableEntity && page.status != http.StatusRequestEntityTooLarge {
				t.Errorf("pasted: status %d: %.300s", page.status, page.body)
			}
		})
	}
}

// TestLongTextsAreNotKept: what is answered and kept of a text of megabytes is
// what a person reads of it.
func TestLongTextsAreNotKept(t *testing.T) {
	f := newFortress(t, nil)
	long := strings.Repeat("panic: ü connection refused ", 250_000)
	refused := refusedByHand + strings.Repeat("x", 3<<20) + " because no identity-based policy allows the secretsmanager:GetSecretValue action"
	tests := map[string]any{
		"stoppedReason": map[string]any{"task": map[string]any{"stopCode": "TaskFailedToStart", "stoppedReason": long}},
		"reason":        map[string]any{"task": map[string]any{"containers": []any{map[string]any{"name": "app", "exitCode": 1, "reason": long}}}},
		"a name":        map[string]any{"task": map[string]any{"containers": []any{map[string]any{"name": long, "exitCode": 1}}}},
		"a line":        map[string]any{"logs": []any{map[string]any{"container": "app", "lines": []any{long}}}},
		"an event":      map[string]any{"serviceEvents": []any{map[string]any{"at": "2026-11-22T08:00:00Z", "text": long}}},
		"a record":      map[string]any{"cloudtrail": []any{map[string]any{"eventTime": "2026-11-22T08:00:00Z", "eventName": "GetSecretValue", "errorCode": "AccessDenied", "errorMessage": long}}},
		"text":          map[string]any{"text": long},
		"a resource":    map[string]any{"text": refused},
		"a parameter": map[string]any{"cloudtrail": []any{map[string]any{
			"eventSource": "secretsmanager.amazonaws.com", "eventName": "GetSecretValue", "errorCode": "AccessDenied", "requestParameters": map[string]any{"secretId": strings.Repeat("x", 4<<20)},
		}}},
	}
	for name, evidence := range tests {
		t.Run(name, func(t *testing.T) {
			body, err := json.Marshal(evidence)
			if err != nil {
				t.Fatal(err)
			}
			got := f.ask(http.MethodPost, "/api/v1/evaluate", string(body), f.bearer(f.reader))
			if got.status != http.StatusOK || len(got.body) > 32<<10 {
				t.Fatalf("status %d, %d bytes: %.300s", got.status, len(got.body), got.body)
			}
			id := got.field(t, `"id":"([^"]+)"`)
			if page := f.get("/d/"+id, append(f.bearer(f.reader), html...)); page.status != http.StatusOK || len(page.body) > 128<<10 {
				t.Errorf("the page: status %d, %d bytes", page.status, len(page.body))
			}
		})
	}
	if got := f.get("/api/v1/diagnoses?brought=true&limit=100", f.bearer(f.reader)); got.status != http.StatusOK || len(got.body) > len(tests)*32<<10 {
		t.Errorf("the list: status %d, %d bytes", got.status, len(got.body))
	}
}

// TestEvaluationsAtOnce: of many at once each is answered, or refused in words and
// with a time to come again; and others are answered meanwhile.
func TestEvaluationsAtOnce(t *testing.T) {
	f := newFortress(t, nil)
	body := `{"text":"` + strings.Repeat(refusedByHand+`x\n`, 5_000) + `"}`
	statuses := make(chan heard, 64)
	var asking sync.WaitGroup
	for range cap(statuses) {
		asking.Go(func() {
			statuses <- f.ask(http.MethodPost, "/api/v1/evaluate", body, f.bearer(f.reader))
		})
	}
	if got := f.get("/healthz", nil); got.status != http.StatusOK {
		t.Errorf("meanwhile /healthz answers %d", got.status)
	}
	asking.Wait()
	close(statuses)
	n := map[int]int{}
	for got := range statuses {
		n[got.status]++
		switch got.status {
		case http.StatusOK:
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			if got.header.Get("Retry-After") == "" || got.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("status %d, Retry-After %q, Content-Type %q", got.status, got.header.Get("Retry-After"), got.header.Get("Content-Type"))
			}
		default:
			t.Errorf("status %d: %.300s", got.status, got.body)
		}
	}
	if n[http.StatusOK] == 0 {
		t.Errorf("nobody was answered: %v", n)
	}
	t.Logf("answers by status: %v", n)
}
