package app_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"whystopped/internal/config"
)

func TestAnAccountThatIsNotAllowedIsRefusedWithoutACall(t *testing.T) {
	var calls atomic.Int64
	startWithAWS(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }), "example") // for its environment
	s := start(t, config.Config{Accounts: []string{"444455556666"}, Regions: []string{"eu-west-1"}})
	for what, ref := range map[string]string{
		"account 111122223333": "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef",
		"region us-east-1":     "arn:aws:ecs:us-east-1:444455556666:task/prod/0123456789abcdef0123456789abcdef",
	} {
		got := s.diagnose(ref)
		_, name, _ := strings.Cut(what, " ")
		if got.status != http.StatusForbidden || got.at("type") != "urn:whystopped:problem:account-not-allowed" || !strings.Contains(got.at("detail"), name) {
			t.Errorf("%s: status %d, %s", what, got.status, got.raw)
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls to AWS", n)
	}
}

// TestWhatIsNotAllowedAnyMoreIsNotShown starts a service again whose lists were
// narrowed meanwhile.
func TestWhatIsNotAllowedAnyMoreIsNotShown(t *testing.T) {
	cfg := config.Config{Demo: true, DatabaseURL: config.Secret("file:" + filepath.Join(t.TempDir(), "history.db")), Retention: time.Hour}
	before := start(t, cfg)
	task := demoSamples()[0].ARN
	id := before.diagnose(task).at("id")
	before.waitFor("an incident", func() bool { return strings.Contains(before.ask("GET", "/api/v1/incidents", "").raw, `"id"`) })
	incident := before.ask("GET", "/api/v1/incidents?limit=1", "")
	items, _ := incident.body["items"].([]any)
	ofIncident, _ := items[0].(map[string]any)["id"].(string)
	service := "arn:aws:ecs:eu-west-1:111122223333:service/production/payments-api"
	asked := []string{
		"/api/v1/diagnoses/" + id, "/d/" + id, "/api/v1/diagnoses?task=" + task, "/diagnose?task=" + task,
		"/api/v1/incidents/" + ofIncident, "/incidents/" + ofIncident, "/service?ref=" + service, "/service?ref=" + service + "&cursor=x",
	}
	lists := []string{"/api/v1/diagnoses", "/api/v1/incidents", "/api/v1/stops", "/diagnoses", "/incidents"}
	for _, path := range lists {
		if got := before.ask("GET", path, ""); !strings.Contains(got.raw, "payments-api") && !strings.Contains(got.raw, "production") {
			t.Errorf("%s shows nothing before: %s", path, got.raw)
		}
	}
	if err := before.stop(); err != nil {
		t.Fatal(err)
	}
	for _, narrow := range []func(*config.Config){
		func(c *config.Config) { c.Accounts = []string{"999988887777"} },
		func(c *config.Config) { c.Regions = []string{"us-east-1"} },
	} {
		narrowed := cfg
		narrow(&narrowed)
		s := start(t, narrowed)
		for _, path := range asked {
			if got := s.ask("GET", path, ""); got.status != http.StatusForbidden || strings.Contains(got.raw, "payments") && !strings.HasPrefix(path, "/service") {
				t.Errorf("%s: status %d, want 403", path, got.status)
			}
		}
		for _, path := range lists {
			if got := s.ask("GET", path, ""); got.status != http.StatusOK || strings.Contains(got.raw, "payments-api") {
				t.Errorf("%s: status %d, with what is not read: %s", path, got.status, got.raw)
			}
		}
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
	}
}
