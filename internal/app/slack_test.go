package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/config"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/slack"
	"whystopped/internal/slack/channels"
	"whystopped/internal/store/memory"
)

func demoWith(t *testing.T, change func(*config.Config)) (*App, error) {
	t.Helper()
	cfg := config.Config{Listen: "127.0.0.1:0", Demo: true, Timeout: 10 * time.Second}
	change(&cfg)
	a, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err == nil {
		t.Cleanup(a.Close)
	}
	return a, err
}

func TestSlackMayAskOnlyWithItsSecret(t *testing.T) {
	const secret, body = "made-up", `{"type":"url_verification","challenge":"it is us"}`
	ask := func(a *App, signature string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/slack/events", strings.NewReader(body))
		stamp := fmt.Sprint(time.Now().Unix())
		mac := hmac.New(sha256.New, []byte(signature))
		fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
		r.Header.Set("X-Slack-Request-Timestamp", stamp)
		r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
		w := httptest.NewRecorder()
		a.server.Handler.ServeHTTP(w, r)
		return w
	}
	with, err := demoWith(t, func(c *config.Config) { c.SlackSigningSecret = secret })
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if got := ask(with, secret); got.Code != http.StatusOK || got.Body.String() != "it is us" {
		t.Errorf("Slack is answered %d %q", got.Code, got.Body)
	}
	if got := ask(with, "another"); got.Code != http.StatusUnauthorized {
		t.Errorf("somebody else is answered %d, want 401", got.Code)
	}
	without, err := demoWith(t, func(*config.Config) {})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if got := ask(without, ""); got.Code != http.StatusNotFound {
		t.Errorf("without a secret the address answers %d, want 404", got.Code)
	}
}

func TestChannelsNeedAToken(t *testing.T) {
	rules := channels.Rules{{Kind: channels.Default, Channel: "#ecs"}}
	if _, err := demoWith(t, func(c *config.Config) { c.SlackChannels = rules }); err == nil || !strings.Contains(err.Error(), "slack-bot-token") {
		t.Errorf("error %v, want one that names what is missing", err)
	}
	a, err := demoWith(t, func(c *config.Config) { c.SlackChannels, c.SlackBotToken = rules, "made-up" })
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if a.slack.notifier == nil || a.slack.watched.standing == nil || a.slack.bot != nil {
		t.Errorf("set up: %+v, want a notifier alone", a.slack)
	}
}

func TestTheStoreTellsOfIncidents(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	of := func(change func(*casebook.Kept)) casebook.Kept {
		k := casebook.Kept{Diagnosis: diagnose.Diagnosis{
			ID: "d1", CreatedAt: now, Incident: &diagnose.Incident{ID: "i1"},
			Task: diagnose.TaskView{ID: "t1", Cluster: "prod", Group: "service:api", StoppedAt: now.Add(-time.Minute)},
			Verdict: diagnose.Verdict{
				Cause: "startup.image.denied", Phase: verdict.PhaseStartup, Category: verdict.IAMPermission, Confidence: verdict.Likely,
				Title: "T", Summary: "S", Identity: verdict.Identity{Kind: verdict.ExecutionRole},
			},
		}}
		change(&k)
		return k
	}
	want := slack.Incident{
		ID: "i1", Cluster: "prod", Service: "api", Cause: "startup.image.denied", Title: "T", Summary: "S", Confidence: verdict.Likely,
		Identity: verdict.Identity{Kind: verdict.ExecutionRole}, Count: 3, First: now.Add(-time.Hour), Last: now, Link: "https://why.example.com/d/d1",
	}
	tests := []struct {
		name string
		kept casebook.Kept
		want []slack.Incident
	}{
		{"a task of an incident", of(func(*casebook.Kept) {}), []slack.Incident{want}},
		{"evidence that somebody brought", of(func(k *casebook.Kept) { k.Brought = true }), nil},
		{"of no incident", of(func(k *casebook.Kept) { k.Diagnosis.Incident = nil }), nil},
		{"of one that is forgotten", of(func(k *casebook.Kept) { k.Diagnosis.Incident.ID = "other" }), nil},
		{"asked for long after its end", of(func(k *casebook.Kept) { k.Diagnosis.Task.StoppedAt = now.Add(-oldNews) }), nil},
		{"stopped by somebody", of(func(k *casebook.Kept) { k.Diagnosis.Verdict.Category = verdict.UserStop }), nil},
		{"scaled in", of(func(k *casebook.Kept) {
			k.Diagnosis.Verdict.Category, k.Diagnosis.Verdict.Phase = verdict.Deployment, verdict.PhaseShutdown
		}), nil},
		{"a deployment that failed", of(func(k *casebook.Kept) { k.Diagnosis.Verdict.Category = verdict.Deployment }), []slack.Incident{want}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var told []slack.Incident
			store := &watchedStore{
				Store: memory.New(memory.Limits{Diagnoses: 10, Bytes: 1 << 20}), publicURL: "https://why.example.com", now: func() time.Time { return now },
				notify: func(in slack.Incident) { told = append(told, in) },
				standing: func(id string) (casebook.Standing, bool) {
					return casebook.Standing{ID: id, Tasks: 3, First: now.Add(-time.Hour), Last: now}, id == "i1"
				},
			}
			if err := store.Save(t.Context(), test.kept); err != nil {
				t.Fatalf("Save: %v", err)
			}
			if diff := cmp.Diff(test.want, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			if err := store.Save(t.Context(), test.kept); err == nil {
				t.Error("an id is kept twice")
			}
			if len(told) != len(test.want) {
				t.Error("what could not be kept is told")
			}
		})
	}
}
