package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"whystopped/internal/app"
	"whystopped/internal/awsclient/awsfake/samples"
	"whystopped/internal/config"
)

// service is a whole service that runs on a port of its own.
type service struct {
	t    *testing.T
	url  string
	log  *logBuffer
	stop func() error
}

// start runs a service until the test ends.
func start(t *testing.T, cfg config.Config) *service {
	t.Helper()
	cfg.Listen = "127.0.0.1:0"
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	log := &logBuffer{}
	a, err := app.New(t.Context(), cfg, app.NewLogger(log, slog.LevelDebug))
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	s := &service{t: t, url: a.URL(), log: log, stop: sync.OnceValue(func() error {
		cancel()
		return <-ended
	})}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return s
}

// startDemo runs the service with its sample tasks.
func startDemo(t *testing.T) *service {
	t.Helper()
	return start(t, config.Config{Demo: true})
}

// startWithAWS runs the service as a real account would be read, with an
// endpoint of the test in AWS's place and nothing from the machine's own setup.
func startWithAWS(t *testing.T, endpoint http.Handler, keyID string) *service {
	t.Helper()
	srv := httptest.NewServer(endpoint)
	t.Cleanup(srv.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": srv.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": keyID,
		"AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": t.TempDir() + "/config",
		"AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/credentials", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "",
	} {
		t.Setenv(name, value)
	}
	return start(t, config.Config{})
}

// answer is what the service said.
type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// ask sends a request; the body of every answer of the API is a JSON object.
func (s *service) ask(method, path, body string) answer {
	s.t.Helper()
	a, err := s.try(method, path, body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (s *service) try(method, path, body string) (answer, error) {
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded") // as curl -d does
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	if len(raw) > 0 && strings.Contains(resp.Header.Get("Content-Type"), "json") {
		err = json.Unmarshal(raw, &a.body)
	}
	return a, err
}

// diagnose asks for a task as the README's curl does.
func (s *service) diagnose(ref string) answer {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"task": ref})
	if err != nil {
		s.t.Fatalf("write the request: %v", err)
	}
	return s.ask("POST", "/api/v1/diagnoses", string(body))
}

// at walks into an answer; "" where it has no such string.
func (a answer) at(path ...string) string {
	var v any = a.body
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	text, _ := v.(string)
	return text
}

// logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// demoSamples are the samples of the demo, for their ARNs and right answers.
func demoSamples() []samples.Sample {
	_, shown := samples.Demo(time.Now())
	return shown
}
