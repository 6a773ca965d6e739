package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/revision"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

func (b *book) IncidentReport(_ context.Context, id string) (casebook.IncidentReport, error) {
	b.asked = id
	return b.incident, b.err
}

func (b *book) Incidents(_ context.Context, f casebook.Filter, goingOn bool, cursor string, limit int) (casebook.IncidentPage, error) {
	b.filter, b.goingOn, b.asked, b.limit = f, goingOn, cursor, limit
	if cursor == "last" {
		return casebook.IncidentPage{}, b.err
	}
	return casebook.IncidentPage{Incidents: []casebook.Incident{b.incident.Incident}, Next: "i3"}, b.err
}

func (b *book) Stops(_ context.Context, f casebook.StopFilter, cursor string, limit int) (casebook.StopPage, error) {
	b.stops, b.asked, b.limit = f, cursor, limit
	if cursor == "last" {
		return casebook.StopPage{}, b.err
	}
	return casebook.StopPage{Stops: b.incident.Stops, Next: "s3"}, b.err
}

const ordersDefinition = "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:"

var berlin = time.FixedZone("CET", 3600)

// badDeploy is an incident with everything around it; its times are not UTC.
func badDeploy() casebook.IncidentReport {
	at := func(minute int) time.Time { return time.Date(2026, 11, 22, 13, minute, 0, 0, berlin) }
	place := taskref.Ref{Partition: "aws", Account: "111122223333", Region: "eu-west-1", Cluster: "prod", Group: "service:orders"}
	other := place
	other.Group = "service:billing"
	task := place
	task.TaskID = "0f1e"
	denied := diagnose.Verdict{
		Cause: "startup.secretsmanager.denied", Phase: verdict.PhaseStartup, Category: verdict.IAMPermission, Confidence: verdict.Confirmed,
		Identity: verdict.Identity{Kind: verdict.ExecutionRole, ARN: "arn:aws:iam::111122223333:role/orders-exec"}, Title: words.Plain("t"), Summary: words.Plain("s"),
	}
	return casebook.IncidentReport{
		Incident: casebook.Incident{
			ID: "i1", Place: place, Revision: ordersDefinition + "43", Verdict: denied, Diagnosis: "d1",
			Count: 31, First: at(0), Last: at(30), Opened: at(1),
		},
		Stops: []casebook.Stop{
			{Key: "k", Ref: task, Revision: ordersDefinition + "43", At: at(30), Verdict: denied, Diagnosis: "d1", Incident: "i1"},
			{Key: "event:e1", Ref: place, At: at(29), Incident: "i1"},
		},
		MoreStops: true,
		FirstBad:  &casebook.Revision{ARN: ordersDefinition + "43", FirstSeen: at(0), LastSeen: at(30)},
		LastGood:  &casebook.Revision{ARN: ordersDefinition + "42", FirstSeen: at(0), LastSeen: at(5), Good: at(5), ExecutionRole: "arn:aws:iam::111122223333:role/orders"},
		Compared:  true,
		Changes:   []revision.Change{{What: "secret", Container: "app", Name: "DB", After: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"}},
		Users:     []casebook.RoleUser{{Place: other, Revision: ordersDefinition + "7", LastSeen: at(9)}},
	}
}

func TestIncident(t *testing.T) {
	b := &book{incident: badDeploy()}
	got := ask(t, serve(t, b), "GET", "/api/v1/incidents/i1", "")
	if got.Code != http.StatusOK || b.asked != "i1" {
		t.Fatalf("status %d, asked for %q, body %s", got.Code, b.asked, got.Body)
	}
	const place = `"partition":"aws","account":"111122223333","region":"eu-west-1","cluster":"prod","group":"service:orders"`
	const denied = `"verdict":{"cause":"startup.secretsmanager.denied","phase":"startup","identity":{"kind":"execution-role","arn":"arn:aws:iam::111122223333:role/orders-exec"},
		"category":"iam-permission","confidence":"confirmed","title":"t","summary":"s"}`
	want := `{"id":"i1",` + place + `,"taskDefinitionArn":"` + ordersDefinition + `43",` + denied + `,"diagnosis":"d1",
		"count":31,"first":"2026-11-22T12:00:00Z","last":"2026-11-22T12:30:00Z","ratePerHour":60,"opened":"2026-11-22T12:01:00Z","overAt":"2026-11-22T13:30:00Z",
		"firstBadRevision":{"taskDefinitionArn":"` + ordersDefinition + `43","firstSeen":"2026-11-22T12:00:00Z","lastSeen":"2026-11-22T12:30:00Z"},
		"lastGoodRevision":{"taskDefinitionArn":"` + ordersDefinition + `42","firstSeen":"2026-11-22T12:00:00Z","lastSeen":"2026-11-22T12:05:00Z","good":"2026-11-22T12:05:00Z","executionRoleArn":"arn:aws:iam::111122223333:role/orders"},
		"compared":true,"changes":[{"what":"secret","container":"app","name":"DB","after":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"}],
		"roleUsers":[{"partition":"aws","account":"111122223333","region":"eu-west-1","cluster":"prod","group":"service:billing","taskDefinitionArn":"` + ordersDefinition + `7","lastSeen":"2026-11-22T12:09:00Z"}],
		"stops":[{"taskArn":"arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e","taskId":"0f1e",` + place + `,"taskDefinitionArn":"` + ordersDefinition + `43","stoppedAt":"2026-11-22T12:30:00Z",` + denied + `,"diagnosis":"d1","incident":"i1"},
			{` + place + `,"stoppedAt":"2026-11-22T12:29:00Z","incident":"i1"}],"moreStops":true}`
	checkJSON(t, want, got)
}

// TestIncidentThatBecameAnother holds that it answers with its own data, and
// that what it has not are empty lists.
func TestIncidentThatBecameAnother(t *testing.T) {
	b := &book{incident: casebook.IncidentReport{Incident: casebook.Incident{ID: "i1", Diagnosis: "d1", Count: 1, First: time.Unix(0, 0), Last: time.Unix(0, 0), Opened: time.Unix(0, 0), Into: "i0"}}}
	got := ask(t, serve(t, b), "GET", "/api/v1/incidents/i1", "")
	if got.Code != http.StatusOK {
		t.Fatalf("status %d, body %s", got.Code, got.Body)
	}
	checkJSON(t, `{"id":"i1","verdict":{"cause":"","phase":"","identity":{"kind":""},"category":"","confidence":"","title":"","summary":""},"diagnosis":"d1",
		"count":1,"first":"1970-01-01T00:00:00Z","last":"1970-01-01T00:00:00Z","ratePerHour":0,"opened":"1970-01-01T00:00:00Z","overAt":"1970-01-01T01:00:00Z",
		"into":"i0","compared":false,"changes":[],"roleUsers":[],"stops":[],"moreStops":false}`, got)
}

func checkJSON(t *testing.T, want string, got answer) {
	t.Helper()
	var wanted map[string]any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatalf("what is wanted is no JSON: %v", err)
	}
	if diff := cmp.Diff(wanted, got.body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestIncidents(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		query   string
		filter  casebook.Filter
		goingOn bool
		cursor  string
		limit   int
	}{
		{"", casebook.Filter{}, false, "", 20},
		{"?goingOn=true&limit=5&cursor=i9", casebook.Filter{}, true, "i9", 5},
		{
			"?account=111122223333&region=eu-west-1&cluster=web&service=api&cause=runtime.oom&category=oom&identity=none&since=2026-11-22T12:00:00Z&until=2026-11-22T13:00:00%2B01:00",
			casebook.Filter{
				Account: "111122223333", Region: "eu-west-1", Cluster: "web", Service: "api",
				Cause: "runtime.oom", Category: verdict.OOM, Identity: verdict.NoIdentity, Since: noon, Until: noon,
			},
			false, "", 20,
		},
	}
	for _, test := range tests {
		b := &book{incident: badDeploy()}
		got := ask(t, serve(t, b), "GET", "/api/v1/incidents"+test.query, "")
		if diff := cmp.Diff(test.filter, b.filter); diff != "" || b.goingOn != test.goingOn || b.asked != test.cursor || b.limit != test.limit {
			t.Errorf("%s: going on %t, cursor %q, limit %d, filter (-want +got):\n%s", test.query, b.goingOn, b.asked, b.limit, diff)
		}
		if items, ok := got.body["items"].([]any); !ok || len(items) != 1 || got.body["nextCursor"] != "i3" {
			t.Errorf("%s: status %d, body %s", test.query, got.Code, got.Body)
		}
	}
}

func TestStops(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		query  string
		filter casebook.StopFilter
		cursor string
		limit  int
	}{
		{"", casebook.StopFilter{}, "", 20},
		{"?incident=i1&limit=100&cursor=s9", casebook.StopFilter{Incident: "i1"}, "s9", 100},
		{
			"?account=111122223333&region=eu-west-1&cluster=web&service=api&cause=runtime.oom&since=2026-11-22T12:00:00Z&until=2026-11-22T13:00:00%2B01:00",
			casebook.StopFilter{
				Place: taskref.Ref{Account: "111122223333", Region: "eu-west-1", Cluster: "web", Group: "service:api"},
				Cause: "runtime.oom", Since: noon, Until: noon,
			},
			"", 20,
		},
	}
	for _, test := range tests {
		b := &book{incident: badDeploy()}
		got := ask(t, serve(t, b), "GET", "/api/v1/stops"+test.query, "")
		if diff := cmp.Diff(test.filter, b.stops); diff != "" || b.asked != test.cursor || b.limit != test.limit {
			t.Errorf("%s: cursor %q, limit %d, filter (-want +got):\n%s", test.query, b.asked, b.limit, diff)
		}
		if items, ok := got.body["items"].([]any); !ok || len(items) != 2 || got.body["nextCursor"] != "s3" {
			t.Errorf("%s: status %d, body %s", test.query, got.Code, got.Body)
		}
	}
}

func TestLastPagesOfTheHistory(t *testing.T) {
	for _, path := range []string{"/api/v1/incidents", "/api/v1/stops"} {
		got := ask(t, serve(t, &book{}), "GET", path+"?cursor=last", "")
		checkJSON(t, `{"items":[],"nextCursor":null}`, got)
	}
}

func TestProblemsOfTheHistory(t *testing.T) {
	tests := []struct {
		path   string
		err    error
		status int
		kind   string
		says   string
	}{
		{"/api/v1/incidents/i9", &casebook.Error{Kind: casebook.UnknownIncident, Message: "Not kept."}, 404, "unknown-incident", "Not kept."},
		{"/api/v1/incidents?cursor=x", &casebook.Error{Kind: casebook.InvalidFilter, Message: "No cursor."}, 422, "invalid-filter", "No cursor."},
		{"/api/v1/stops?cursor=x", &casebook.Error{Kind: casebook.InvalidFilter, Message: "No cursor."}, 422, "invalid-filter", "No cursor."},
		{"/api/v1/incidents?goingOn=perhaps", nil, 422, "invalid-request", "(query.goingOn)"},
		{"/api/v1/incidents?category=weather", nil, 422, "invalid-request", "iam-permission"},
		{"/api/v1/incidents?since=yesterday", nil, 422, "invalid-request", "(query.since)"},
		{"/api/v1/incidents?limit=101", nil, 422, "invalid-request", "100"},
		{"/api/v1/stops?limit=101", nil, 422, "invalid-request", "100"},
		{"/api/v1/stops?category=oom", nil, 422, "invalid-request", "Unknown query parameter (query.category)"},
	}
	for _, test := range tests {
		got := ask(t, serve(t, &book{err: test.err}), "GET", test.path, "")
		checkProblem(t, got, test.status, test.kind, test.says)
	}
}
