// Package examples_test runs what docs/examples.md and docs/api.md show.
package examples_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"whystopped/internal/app"
	"whystopped/internal/config"
)

// The addresses that the page uses for the service.
const (
	demoURL   = "http://127.0.0.1:8080"
	publicURL = "https://whystopped.example.com"
)

// How long one example, and one diagnosis of it, may take on a machine that has
// much else to do.
const (
	longest   = 5 * time.Minute
	diagnosis = time.Minute
)

// patience has curl ask again, as the page of the API says, where the service
// answers that it is too busy: to a machine that has much else to do it may be.
const patience = "retry = 20\nretry-max-time = 240\n"

func TestShellExamples(t *testing.T) {
	needTools(t, "sh", "curl", "jq")
	for _, name := range []string{"examples.md", "api.md"} {
		t.Run(name, func(t *testing.T) { runExamples(t, pageOf(t, name)) })
	}
}

// runExamples runs each example of a page on a demo and looks for what the page
// says that it prints.
func runExamples(t *testing.T, page string) {
	t.Helper()
	url := startDemo(t)
	setup := strings.ReplaceAll(block(t, page, "<!-- setup -->"), demoURL, url)
	found := regexp.MustCompile("(?s)<!-- prints: ([^\n]+) -->\n```sh\n(.*?)```").FindAllStringSubmatch(page, -1)
	if all := strings.Count(page, "```sh\n"); len(found) != all-1 || all < 8 {
		t.Fatalf("%d examples say what they print, of %d with the setup", len(found), all)
	}
	for _, example := range found {
		want, script := example[1], example[2]
		t.Run(want, func(t *testing.T) {
			if got := run(t, setup+script); !strings.Contains(got, want) {
				t.Errorf("this prints no %q:\n%s\nbut:\n%s", want, script, got)
			}
		})
	}
}

// TestActionsStep runs the step that says why a deployment failed.
func TestActionsStep(t *testing.T) {
	needTools(t, "sh", "curl")
	page, url := examples(t), startDemo(t)
	step := regexp.MustCompile("(?s)\n      - name: Why it failed\n.*?\n        run: \\|\n(.*?)```").FindStringSubmatch(page)
	service := regexp.MustCompile("\n      SERVICE: (\\S+)").FindStringSubmatch(page)
	if step == nil || service == nil {
		t.Fatal("the page has no such step")
	}
	for _, test := range []struct{ service, says string }{
		{service[1], "# The task execution role isn't allowed to read the secret"},
		{service[1] + "-unknown", "Task not found (404): "},
	} {
		summary := filepath.Join(t.TempDir(), "summary.md")
		run(t, step[1], "WHYSTOPPED_URL="+url, "SERVICE="+test.service, "GITHUB_STEP_SUMMARY="+summary)
		got, err := os.ReadFile(summary)
		if err != nil {
			t.Fatalf("read the summary: %v", err)
		}
		if !strings.HasPrefix(string(got), test.says) {
			t.Errorf("%s: the summary is\n%s\nwant %q", test.service, got, test.says)
		}
	}
}

// TestEventBridgeMessage makes the message that Slack gets and follows its link.
func TestEventBridgeMessage(t *testing.T) {
	page, url := examples(t), startDemo(t)
	var pattern map[string]any
	if err := json.Unmarshal([]byte(block(t, page, "<!-- file: pattern.json -->")), &pattern); err != nil {
		t.Errorf("pattern.json: %v", err)
	}
	var targets []struct {
		InputTransformer struct {
			InputPathsMap map[string]string
			InputTemplate string
		}
	}
	if err := json.Unmarshal([]byte(block(t, page, "<!-- file: targets.json -->")), &targets); err != nil || len(targets) != 1 {
		t.Fatalf("targets.json: %d targets, %v", len(targets), err)
	}
	event := map[string]string{
		"$.detail.taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/production/3e51beae4f15d244b8fdc63562b606c3",
		"$.detail.group":   "service:payments-api", "$.detail.stopCode": "TaskFailedToStart",
	}
	body := targets[0].InputTransformer.InputTemplate
	for name, path := range targets[0].InputTransformer.InputPathsMap {
		if event[path] == "" {
			t.Errorf("an event has no %s", path)
		}
		body = strings.ReplaceAll(body, "<"+name+">", event[path])
	}
	var message struct{ Text string }
	if err := json.Unmarshal([]byte(body), &message); err != nil || strings.Contains(message.Text, "<") {
		t.Fatalf("the message is %s, %v", body, err)
	}
	follow(t, strings.ReplaceAll(message.Text, publicURL, url))
}

// TestAlertLink follows the link that the page shows for alerts.
func TestAlertLink(t *testing.T) {
	link := regexp.MustCompile(`(?m)^    (https://\S+/diagnose\?task=\S+)$`).FindStringSubmatch(examples(t))
	if link == nil {
		t.Fatal("the page has no such link")
	}
	follow(t, strings.ReplaceAll(link[1], publicURL, startDemo(t)))
}

// follow opens the link of a text.
func follow(t *testing.T, text string) {
	t.Helper()
	resp, err := http.Get(regexp.MustCompile(`http://\S+`).FindString(text))
	if err != nil {
		t.Fatalf("follow the link of %q: %v", text, err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("the link of %q: status %d, %v\n%s", text, resp.StatusCode, err, got)
	}
}

// examples is the page of examples.
func examples(t *testing.T) string {
	t.Helper()
	return pageOf(t, "examples.md")
}

func pageOf(t *testing.T, name string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatalf("read the page: %v", err)
	}
	return string(page)
}

// block is the code that stands under a mark.
func block(t *testing.T, page, mark string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, mark+"\n```")
	_, rest, _ = strings.Cut(rest, "\n")
	code, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatalf("the page has no code under %s", mark)
	}
	return code
}

// run returns what a script prints. It runs in a folder of its own, and any
// command that fails ends it.
func run(t *testing.T, script string, environ ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-euc", script)
	cmd.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(cmd.Dir, ".curlrc"), []byte(patience), 0o600); err != nil {
		t.Fatalf("write the settings of curl: %v", err)
	}
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir}, environ...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s\n%s", err, script, out)
	}
	return string(out)
}

// needTools skips a test whose programs are not here, unless
// WHYSTOPPED_REQUIRE_TOOLS says that they must be.
func needTools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil {
			continue
		} else if os.Getenv("WHYSTOPPED_REQUIRE_TOOLS") != "" {
			t.Fatalf("this test needs %s: %v", name, err)
		} else {
			t.Skipf("this test needs %s: %v", name, err)
		}
	}
}

// startDemo runs the service with its sample tasks and returns its address. A test
// that fails shows its log.
func startDemo(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	cfg := config.Config{Listen: "127.0.0.1:0", Demo: true, Timeout: diagnosis, Retention: 90 * 24 * time.Hour}
	service, err := app.New(ctx, cfg, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		stop()
		t.Fatalf("start the demo: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended: %v", err)
		}
	})
	return service.URL()
}
