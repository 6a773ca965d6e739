package app

import (
	"context"
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

	"whystopped/internal/casebook"
	"whystopped/internal/config"
	"whystopped/internal/diagnose"
	"whystopped/internal/slack"
	"whystopped/internal/slack/channels"
	"whystopped/internal/slack/slackfake"
	"whystopped/internal/words"
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
	if a.slack.notifier == nil || a.slack.bot != nil {
		t.Errorf("set up: %+v, want a notifier alone", a.slack)
	}
}

// incidentBook is a book of one incident, which nobody has told yet.
type incidentBook struct{ kept []byte }

func (b *incidentBook) Claim(context.Context, string, time.Time, time.Time) (casebook.Claim, error) {
	return casebook.Claim{}, nil
}

func (b *incidentBook) EndClaim(_ context.Context, _ string, _ time.Time, state []byte) error {
	b.kept = state
	return nil
}

func (b *incidentBook) ClaimUpdate(_ context.Context, id string) (casebook.Incident, error) {
	return casebook.Incident{ID: id, Count: 1, Verdict: diagnose.Verdict{Title: words.Plain("T")}}, nil
}

func TestIncidentsAreToldWhereTheSettingsSay(t *testing.T) {
	fake, book := slackfake.New(), &incidentBook{}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	cfg := config.Config{
		SlackAPIURL: server.URL + "/api/", SlackBotToken: "made-up", PublicURL: "https://why.example.com",
		SlackChannels: channels.Rules{{Kind: channels.Default, Channel: "#ecs"}},
	}
	parts, err := openSlack(cfg, book, slack.SystemClock{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("openSlack: %v", err)
	}
	if _, err := parts.notifier.Tell(t.Context(), "i1"); err != nil {
		t.Fatalf("Tell: %v", err)
	}
	told := fake.Messages("#ecs")
	if len(told) != 1 || !strings.Contains(told[0].Blocks, "https://why.example.com/incidents/i1") || len(book.kept) == 0 {
		t.Errorf("told %v and kept %s, want one message with its link", told, book.kept)
	}
}
