package app_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/casebook"
	"whystopped/internal/config"
	"whystopped/internal/diagnose"
	"whystopped/internal/store"
)

// refusingQueue is AWS whose queue refuses the service.
type refusingQueue struct{ http.Handler }

func (q refusingQueue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := r.Header.Get("X-Amz-Target")
	if !strings.HasPrefix(target, "AmazonSQS.") {
		q.Handler.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprintf(w, `{"__type":"com.amazonaws.sqs#AccessDeniedException","message":"User: arn:aws:sts::111122223333:assumed-role/whystopped/demo is not authorized to perform: sqs:%s"}`, strings.TrimPrefix(target, "AmazonSQS."))
}

// missing are the permissions that an answer calls missing, place by place.
func missing(t *testing.T, a answer) map[string][]string {
	t.Helper()
	var report struct {
		Places []struct {
			Region      string
			Permissions []struct{ Action, State string }
		}
	}
	if err := json.Unmarshal([]byte(a.raw), &report); err != nil {
		t.Fatalf("status %d, %s: %v", a.status, a.raw, err)
	}
	found := map[string][]string{}
	for _, place := range report.Places {
		found[place.Region] = []string{}
		for _, p := range place.Permissions {
			if p.State == "lacks" {
				found[place.Region] = append(found[place.Region], p.Action)
			}
		}
	}
	return found
}

func TestPermissionsOfTheService(t *testing.T) {
	fake := awsfake.New(markedScenario())
	for _, action := range []string{"ecs:ListTasks", "logs:FilterLogEvents"} {
		fake.SetFault(action, awsfake.Fault{Deny: true})
	}
	startWithAWS(t, refusingQueue{fake}, "example") // for its environment
	s := start(t, config.Config{QueueURL: "https://sqs.eu-west-1.amazonaws.com/111122223333/whystopped-events"})
	if ready := s.ask("GET", "/readyz", ""); ready.at("checks", "permissions") != "not tried" || ready.status != http.StatusOK {
		t.Errorf("before the first trial: status %d, %s", ready.status, ready.raw)
	}
	s.waitFor("the queue to refuse", func() bool { return strings.Contains(s.log.String(), "sqs:ReceiveMessage") })
	first := s.ask("GET", "/api/v1/permissions", "")
	if diff := cmp.Diff(map[string][]string{"eu-west-1": {"ecs:ListTasks", "logs:FilterLogEvents", "sqs:ReceiveMessage"}}, missing(t, first)); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	calls := fake.Calls()
	if page := s.ask("GET", "/permissions", ""); !strings.Contains(page.raw, "3 permissions are missing. Most reports need 2 of them.") {
		t.Errorf("the page says %s", page.raw)
	}
	if ready := s.ask("GET", "/readyz", ""); ready.at("checks", "permissions") != "lacks 2 required" || ready.status != http.StatusOK {
		t.Errorf("status %d, %s", ready.status, ready.raw)
	}
	if diff := cmp.Diff(calls, fake.Calls()); diff != "" {
		t.Errorf("AWS was asked again (-before +after):\n%s", diff)
	}
	// What a diagnosis is refused is told without another trial.
	fake.SetFault("logs:GetLogEvents", awsfake.Fault{Deny: true})
	s.diagnose(markedTask)
	if found := missing(t, s.ask("GET", "/api/v1/permissions", ""))["eu-west-1"]; !slices.Contains(found, "logs:GetLogEvents") {
		t.Errorf("missing are %v, want what the diagnosis was refused as well", found)
	}
}

// keptIn is the URL of a database with diagnoses of tasks that stopped in Regions.
func keptIn(t *testing.T, regions ...string) config.Secret {
	t.Helper()
	url := "file:" + filepath.Join(t.TempDir(), "history.db")
	s, err := store.Open(t.Context(), store.Options{URL: url, Log: slog.New(slog.DiscardHandler), Now: time.Now, NewID: casebook.NewID})
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	for _, region := range regions {
		d := diagnose.Diagnosis{ID: casebook.NewID(time.Now()), Task: diagnose.TaskView{ID: "1", Account: "111122223333", Region: region, Cluster: "prod"}}
		if _, err := s.Save(t.Context(), casebook.Kept{Diagnosis: d}); err != nil {
			t.Fatalf("keep a diagnosis: %v", err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatalf("close the database: %v", err)
	}
	return config.Secret(url)
}

// TestPermissionsAreTriedWhereTasksStopped: of what is kept, that is, and may be
// read. Evidence that somebody brought is no reason to ask AWS.
func TestPermissionsAreTriedWhereTasksStopped(t *testing.T) {
	startWithAWS(t, awsfake.New(markedScenario()), "example") // for its environment
	s := start(t, config.Config{Regions: []string{"eu-west-1", "us-east-1", "us-west-2"}, DatabaseURL: keptIn(t, "us-east-1", "eu-north-1")})
	task := strings.Replace(markedTask, "eu-west-1", "us-west-2", 1)
	if got := s.ask("POST", "/api/v1/evaluate", `{"task": {"taskArn": "`+task+`", "stoppedReason": "Essential container in task exited"}}`); got.status != http.StatusOK {
		t.Fatalf("status %d, %s", got.status, got.raw)
	}
	if diff := cmp.Diff(map[string][]string{"eu-west-1": {}, "us-east-1": {}}, missing(t, s.ask("GET", "/api/v1/permissions", ""))); diff != "" {
		t.Errorf("places and what is missing there (-want +got):\n%s", diff)
	}
}
