package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"whystopped/internal/auth/authfake"
)

// albToken is what the load balancer says of Ana, good for a while from now.
func (f *fortress) albToken(life time.Duration) string {
	until := time.Now().Add(life).Unix()
	return authfake.SignALB(authfake.ALBKey(),
		map[string]any{"typ": "JWT", "alg": "ES256", "kid": attackedKey, "signer": attackedALB, "iss": "https://login.example.com", "client": "lb", "exp": until},
		map[string]any{"sub": "u-1", "email": "ana@example.com", "email_verified": "true", "name": "Ana", "exp": until, "iss": "https://login.example.com"})
}

func TestReplayedALBTokens(t *testing.T) {
	f := newFortress(t, nil)
	target := "/api/v1/diagnoses/" + f.kept
	now := f.albToken(time.Minute)
	parts := strings.Split(now, ".")
	tests := []struct {
		name   string
		h      headers
		status int
	}{
		{"as it comes", headers{"X-Amzn-Oidc-Data", now}, 200},
		{"recorded two minutes ago", headers{"X-Amzn-Oidc-Data", f.albToken(-time.Second)}, 401},
		{"recorded, with a later end", headers{"X-Amzn-Oidc-Data", strings.Join([]string{parts[0], strings.Split(f.albToken(time.Hour), ".")[1], parts[2]}, ".")}, 401},
		{"without a signature", headers{"X-Amzn-Oidc-Data", parts[0] + "." + parts[1] + "."}, 401},
		{"twice", headers{"X-Amzn-Oidc-Data", now, "X-Amzn-Oidc-Data", now}, 401},
		{"as a token", headers{"Authorization", "Bearer " + now}, 401},
		{"as a session", headers{"Cookie", "__Host-whystopped-session=" + now}, 401},
	}
	for _, test := range tests {
		if got := f.get(target, test.h); got.status != test.status {
			t.Errorf("%s: status %d, want %d: %s", test.name, got.status, test.status, got.body)
		}
	}
}

// signed are the headers of a request that Slack sends.
func signed(secret string, at time.Time, body string) headers {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%d:%s", at.Unix(), body)
	return headers{
		"Content-Type", "application/x-www-form-urlencoded",
		"X-Slack-Request-Timestamp", fmt.Sprint(at.Unix()), "X-Slack-Signature", "v0=" + hex.EncodeToString(mac.Sum(nil)),
	}
}

func TestReplayedRequestsOfSlack(t *testing.T) {
	f := newFortress(t, nil)
	command := url.Values{"command": {"/whystopped"}, "text": {f.task}, "user_id": {"U0123456789"}, "response_url": {"http://127.0.0.1:1/commands/x"}}.Encode()
	now := time.Now()
	honest := signed(slackSecret, now, command)
	tests := []struct {
		name, body string
		h          headers
		status     int
	}{
		{"with another body", command + "&text=other", honest, 401},
		{"unsigned", command, nil, 401},
		{"signed by another", command, signed("another-secret", now, command), 401},
		{"of six minutes ago", command, signed(slackSecret, now.Add(-6*time.Minute), command), 401},
		{"of the future", command, signed(slackSecret, now.Add(6*time.Minute), command), 401},
		{"signed with nothing", command, signed("", now, command), 401},
		{"twice the signature", command, append(honest, "X-Slack-Signature", "v0=00"), 401},
		{"as it comes", command, honest, 200},
		{"recorded", command, honest, 401},
		{"recorded, in capitals", command, headers{honest[0], honest[1], honest[2], honest[3], honest[4], "v0=" + strings.ToUpper(honest[5][3:])}, 401},
	}
	for _, test := range tests {
		if got := f.ask(http.MethodPost, "/slack/commands", test.body, test.h); got.status != test.status {
			t.Errorf("%s: status %d, want %d: %s", test.name, got.status, test.status, got.body)
		}
	}
	if got := f.get("/api/v1/diagnoses/"+f.kept, honest); got.status != 401 {
		t.Errorf("Slack's signature opens the API: %d", got.status)
	}
}

func TestForgedEvents(t *testing.T) {
	f := newFortress(t, nil)
	forge := func(change map[string]any) string {
		event := map[string]any{}
		if err := json.Unmarshal(endEvent("forged", "EssentialContainerExited", "Essential container in task exited", "", 7), &event); err != nil {
			t.Fatal(err)
		}
		for name, value := range change {
			event[name] = value
		}
		text, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	key := headers{"x-api-key", eventsKey}
	tests := []struct {
		name, body string
		h          headers
		status     int
		says       string
	}{
		{"no key", forge(nil), nil, 401, "x-api-key"},
		{"another key", forge(nil), headers{"x-api-key", eventsKey + "x"}, 401, "x-api-key"},
		{"the key in capitals", forge(nil), headers{"x-api-key", strings.ToUpper(eventsKey)}, 401, "x-api-key"},
		{"the key twice, the first wrong", forge(nil), headers{"x-api-key", "x", "x-api-key", eventsKey}, 401, "x-api-key"},
		{"the key twice, the second wrong", forge(nil), headers{"x-api-key", eventsKey, "x-api-key", "x"}, 401, "x-api-key"},
		{"the key as a token", forge(nil), f.bearer(eventsKey), 401, "x-api-key"},
		{"a token that may read", forge(nil), f.bearer(f.reader), 401, "x-api-key"},
		{"the load balancer's header", forge(nil), headers{"X-Amzn-Oidc-Data", f.albToken(time.Minute)}, 401, "x-api-key"},
		{"a source of somebody's own", forge(map[string]any{"source": "com.example.ecs"}), key, 202, `"accepted":0`},
		{"a source that looks like it", forge(map[string]any{"source": "AWS.ECS"}), key, 202, `"accepted":0`},
		{"a task in the account of somebody else", forge(map[string]any{"account": "444455556666"}), key, 422, "account isn't that of the task"},
		{"a task in another Region", forge(map[string]any{"region": "us-east-1"}), key, 422, "region isn't that of the task"},
		{"honest", forge(nil), key, 202, `"accepted":1`},
		{"by a token that may send", forge(nil), f.bearer(f.sender), 202, `"accepted":1`},
	}
	for _, test := range tests {
		if got := f.ask(http.MethodPost, "/api/v1/events", test.body, test.h); got.status != test.status || !strings.Contains(got.body, test.says) {
			t.Errorf("%s: status %d, want %d with %s: %s", test.name, got.status, test.status, test.says, got.body)
		}
	}
	for _, path := range []string{"/api/v1/stops", "/api/v1/diagnoses/" + f.kept, "/metrics"} {
		if got := f.get(path, f.bearer(f.sender)); got.status != 403 || f.tells(got) {
			t.Errorf("%s: a token that may send only gets %d", path, got.status)
		}
		if got := f.get(path, key); got.status != 401 {
			t.Errorf("%s: the key for events gets %d", path, got.status)
		}
	}
	// What was brought never answers for a task.
	f.ask(http.MethodPost, "/api/v1/evaluate", `{"task":{"taskArn":"`+f.task+`","stoppedReason":"CannotPullContainerError: forged: not found"}}`, f.bearer(f.reader))
	if got := f.get("/api/v1/diagnoses?task="+f.task, f.bearer(f.reader)); strings.Contains(got.body, "forged") {
		t.Errorf("evidence that was brought answers for the task: %s", got.body)
	}
}

// TestTheAuditLogNamesWhoAsked holds that each diagnosis leaves who asked for it,
// by every way in.
func TestTheAuditLogNamesWhoAsked(t *testing.T) {
	f := newFortress(t, nil)
	b, _ := f.logIn("/")
	b.ask(http.MethodGet, "/diagnose?task="+f.task, "", nil)
	b.ask(http.MethodGet, "/d/"+f.kept, "", nil)
	b.ask(http.MethodGet, "/d/nothing", "", nil)
	f.get("/api/v1/diagnoses?task=pasted+secret", f.bearer(f.reader))
	f.ask(http.MethodPost, "/api/v1/evaluate", `{"text":"pasted secret AccessDenied"}`, f.bearer(f.reader))
	f.get("/api/v1/diagnoses/"+f.kept, headers{"X-Amzn-Oidc-Data", f.albToken(time.Minute)})
	command := url.Values{"command": {"/whystopped"}, "text": {f.task}, "user_id": {"U0123456789"}, "response_url": {"http://127.0.0.1:1/commands/x"}}.Encode()
	f.ask(http.MethodPost, "/slack/commands", command, signed(slackSecret, time.Now(), command))
	task, kept := `"task":"`+f.task+`"`, `"diagnosis":"`+f.kept+`"`
	ana := `"subject":"u-1","email":"ana@example.com"`
	wanted := []string{
		`"action":"diagnose","outcome":"ok","by":"token","subject":"ci",` + task + "," + kept, // of the start
		`"action":"diagnose","outcome":"ok","by":"oidc",` + ana + "," + task + "," + kept,
		`"action":"read","outcome":"ok","by":"oidc",` + ana + "," + task + "," + kept,
		`"action":"read","outcome":"unknown-diagnosis","by":"oidc",` + ana,
		`"action":"evaluate","outcome":"ok","by":"token","subject":"ci"`,
		`"action":"read","outcome":"ok","by":"alb",` + ana + "," + task + "," + kept,
		`"action":"diagnose","outcome":"ok","by":"slack","subject":"U0123456789",` + task + "," + kept,
	}
	for deadline := time.Now().Add(time.Minute); !strings.Contains(f.log.String(), `"by":"slack"`) && time.Now().Before(deadline); {
		f.get("/healthz", nil) // Slack is answered before its work is done
	}
	log := f.log.String()
	for _, want := range wanted {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	if strings.Contains(log, "pasted") {
		t.Error("the log has what was pasted")
	}
	if t.Failed() {
		t.Log(log)
	}
}
