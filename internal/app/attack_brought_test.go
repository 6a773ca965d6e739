package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"whystopped/internal/config"
	"whystopped/internal/diagnose"
)

// forged is evidence that says of a real task what somebody wants people to
// believe.
func (f *fortress) forged(t *testing.T, reason string) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"task": map[string]any{
			"taskArn": f.task, "group": "service:payments-api", "lastStatus": "STOPPED", "stopCode": "TaskFailedToStart", "stoppedAt": "2026-11-22T08:00:00Z",
			"stoppedReason": reason, "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/payments-api:1",
		},
		"taskDefinition": map[string]any{"taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/payments-api:1", "executionRoleArn": "arn:aws:iam::111122223333:role/forged-exec"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

const forgedReason = "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/forged-exec/0123456789abcdef0123456789abcdef is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:forged/db-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action"

// evaluated sends evidence and gives the diagnosis.
func (f *fortress) evaluated(t *testing.T, body string, h headers) diagnose.Diagnosis {
	t.Helper()
	got := f.ask(http.MethodPost, "/api/v1/evaluate", body, h)
	var d diagnose.Diagnosis
	if err := json.Unmarshal([]byte(got.body), &d); err != nil || got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	return d
}

// TestForgedEvidenceSaysWhoBroughtIt, in the answer and wherever it is read again.
func TestForgedEvidenceSaysWhoBroughtIt(t *testing.T) {
	f := newFortress(t, nil)
	byToken := f.evaluated(t, f.forged(t, forgedReason), f.bearer(f.reader))
	byALB := f.evaluated(t, f.forged(t, forgedReason+" by ana"), headers{"X-Amzn-Oidc-Data", f.albToken(time.Minute)})
	for d, by := range map[*diagnose.Diagnosis]string{&byToken: "ci", &byALB: "ana@example.com"} {
		if !d.Brought || d.BroughtBy != by || !d.Kept || d.ID == "" {
			t.Errorf("the answer: brought %v by %q, kept %v as %q; want it brought by %q and kept", d.Brought, d.BroughtBy, d.Kept, d.ID, by)
		}
		got := f.get("/api/v1/diagnoses/"+d.ID, f.bearer(f.reader))
		for _, want := range []string{`"brought":true`, `"broughtBy":"` + by + `"`, `"kept":true`} {
			if !strings.Contains(got.body, want) {
				t.Errorf("what is kept lacks %s: %s", want, got.body)
			}
		}
	}
	read := f.get("/api/v1/diagnoses/"+f.kept, f.bearer(f.reader))
	for _, want := range []string{`"brought":false`, `"broughtBy":""`, `"kept":true`} {
		if !strings.Contains(read.body, want) {
			t.Errorf("a diagnosis that was read from AWS lacks %s: %s", want, read.body)
		}
	}
}

// TestForgedEvidenceIsInNoList that does not ask for it, makes no incident, and
// answers for no task.
func TestForgedEvidenceIsInNoList(t *testing.T) {
	f := newFortress(t, nil)
	forged := f.evaluated(t, f.forged(t, forgedReason), f.bearer(f.reader)).ID
	service := "arn%3Aaws%3Aecs%3Aeu-west-1%3A111122223333%3Aservice%2Fproduction%2Fpayments-api"
	for _, path := range []string{
		"/api/v1/diagnoses", "/api/v1/diagnoses?limit=100&service=payments-api&account=111122223333&cluster=production&brought=false", "/api/v1/diagnoses?task=" + f.task,
		"/api/v1/diagnoses?cause=startup.secretsmanager.denied", "/api/v1/incidents", "/api/v1/incidents?cluster=production", "/api/v1/stops", "/api/v1/stops?service=payments-api",
		"/", "/diagnoses", "/diagnoses?service=payments-api", "/incidents", "/service?ref=" + service, "/causes/startup.secretsmanager.denied", "/diagnose?task=" + f.task,
	} {
		got := f.get(path, f.bearer(f.reader))
		if got.status != http.StatusOK || strings.Contains(got.body, forged) || strings.Contains(got.body, "forged") {
			t.Errorf("%s: status %d, with what was forged: %s", path, got.status, got.body)
		}
	}
	got := f.get("/api/v1/diagnoses?brought=true", f.bearer(f.reader))
	if !strings.Contains(got.body, `"id":"`+forged+`"`) || strings.Contains(got.body, f.kept) {
		t.Errorf("the list of what was brought: %s", got.body)
	}
	if got := f.get("/api/v1/diagnoses?brought=perhaps", f.bearer(f.reader)); got.status != http.StatusUnprocessableEntity {
		t.Errorf("brought=perhaps: status %d, want 422", got.status)
	}
	if got := f.get("/api/v1/diagnoses?brought=true&task="+f.task, f.bearer(f.reader)); got.status != http.StatusUnprocessableEntity {
		t.Errorf("brought with a task: status %d, want 422", got.status)
	}
}

// TestHugeEvidenceMakesNoHugeList: whatever size of evidence is posted, nobody's
// list carries it, and what is too large is answered without being kept.
func TestHugeEvidenceMakesNoHugeList(t *testing.T) {
	f := newFortress(t, nil)
	for n := range 8 {
		f.evaluated(t, f.forged(t, fmt.Sprintf("%d %s %s", n, forgedReason, strings.Repeat("forged ", 100_000))), f.bearer(f.reader))
	}
	if d := f.evaluated(t, f.forged(t, forgedReason+strings.Repeat(" forged", 500_000)), f.bearer(f.reader)); d.Kept != (d.ID != "") || d.Verdict.Cause != "startup.secretsmanager.denied" {
		t.Errorf("kept %v under the id %q, with the cause %s", d.Kept, d.ID, d.Verdict.Cause)
	}
	for _, path := range []string{"/api/v1/diagnoses?limit=100", "/api/v1/diagnoses?limit=100&brought=true", "/", "/diagnoses", "/diagnoses?brought=true"} {
		if got := f.get(path, f.bearer(f.reader)); got.status != http.StatusOK || len(got.body) > 5<<20 {
			t.Errorf("%s: status %d, %d bytes", path, got.status, len(got.body))
		}
	}
	seen, cursor := 0, ""
	for range 20 {
		var page struct {
			Items      []diagnose.Diagnosis
			NextCursor string
		}
		got := f.get("/api/v1/diagnoses?limit=100&brought=true&cursor="+cursor, f.bearer(f.reader))
		if err := json.Unmarshal([]byte(got.body), &page); err != nil {
			t.Fatalf("status %d: %.300s", got.status, got.body)
		}
		seen += len(page.Items)
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	if seen < 8 {
		t.Errorf("the pages together have %d reports, want all that are kept", seen)
	}
}

// TestForgedEvidenceHasAQuota of its own for each who brings it, and the same is
// kept once.
func TestForgedEvidenceHasAQuota(t *testing.T) {
	f := newFortress(t, func(cfg *config.Config, _ *tuning) { cfg.EvaluateQuota, cfg.EvaluateRetention = 2, time.Hour })
	first := f.evaluated(t, f.forged(t, forgedReason+" 1"), f.bearer(f.reader))
	if again := f.evaluated(t, f.forged(t, forgedReason+" 1"), f.bearer(f.reader)); again.ID != first.ID {
		t.Errorf("the same evidence is kept as %s and as %s", first.ID, again.ID)
	}
	f.evaluated(t, f.forged(t, forgedReason+" 2"), f.bearer(f.reader))
	if d := f.evaluated(t, f.forged(t, forgedReason+" 3"), f.bearer(f.reader)); d.Kept || d.ID != "" || !d.Brought || d.Verdict.Cause != first.Verdict.Cause {
		t.Errorf("above the quota: kept %v as %q, with the cause %s", d.Kept, d.ID, d.Verdict.Cause)
	}
	got := f.ask(http.MethodPost, "/api/v1/evaluate", f.forged(t, forgedReason+" 3"), append(f.bearer(f.reader), "Accept", "text/plain"))
	if got.status != http.StatusOK || !strings.HasPrefix(got.body, "Based on evidence that ci provided; nothing was read from AWS.") || strings.Contains(got.body, "/d/") {
		t.Errorf("above the quota, as text: status %d: %s", got.status, got.body)
	}
	b, _ := f.logIn("/")
	paste := func(text string) heard {
		return b.ask(http.MethodPost, "/diagnose", "task="+url.QueryEscape(text), headers{"Content-Type", "application/x-www-form-urlencoded", "Origin", attackedURL, "Sec-Fetch-Site", "same-origin"})
	}
	for n := range 2 {
		report := paste(fmt.Sprint("OutOfMemoryError: killed ", n))
		if report.status != http.StatusSeeOther {
			t.Fatalf("somebody else: status %d: %s", report.status, report.body)
		}
		page := b.ask(http.MethodGet, report.header.Get("Location"), "", nil)
		if !strings.Contains(page.body, "Based on evidence that ana@example.com provided; nothing was read from AWS.") {
			t.Errorf("the page does not say who provided the evidence: %s", page.body)
		}
	}
	if page := paste("OutOfMemoryError: killed once more"); page.status != http.StatusOK || !strings.Contains(page.body, "Not stored") {
		t.Errorf("above the quota, on the page: status %d: %s", page.status, page.body)
	}
}
