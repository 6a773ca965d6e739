package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	nethtml "golang.org/x/net/html"

	"whystopped/internal/config"
	"whystopped/internal/slack/slackfake"
)

// hostile tries to leave every place that a text can stand in: markup, an
// attribute, an address, a script, a shell, a message of Slack.
const hostile = `</script><script>alert(1)</script>"><img src=x onerror=alert(1)>' onmouseover='alert(1)' <svg/onload=alert(1)> javascript:alert(1) ${7*7} {{7*7}} <!channel> <https://evil.example|x>` + obeyed

// obeyed are characters that a screen obeys instead of showing them: of terminals,
// and marks that turn text around.
const obeyed = " \u202egnp.exe \u2066x\u200f \u009b31m \x1b[31m \x7f"

// checkObeyed fails for a form of a text that a screen would obey.
func checkObeyed(t *testing.T, what, body string) {
	t.Helper()
	if i := strings.IndexAny(body, "\u202e\u2066\u200f\u009b\x1b\x7f"); i >= 0 {
		t.Errorf("%.80s has a character that a screen obeys: %q", what, body[max(i-80, 0):min(i+40, len(body))])
	}
}

// hostileTask is a task with hostile text in whatever ECS hands on of what people
// wrote, of a service with a hostile name.
func hostileTask(id string) map[string]any {
	return map[string]any{
		"taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + id, "clusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod",
		"taskDefinitionArn": badRevision, "group": "service:orders" + hostile, "startedBy": hostile, "launchType": "FARGATE", "lastStatus": "STOPPED", "desiredStatus": "STOPPED",
		"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited " + hostile, "version": 5,
		"availabilityZone": hostile, "platformVersion": hostile, "capacityProviderName": hostile, "healthStatus": hostile,
		"tags":        []any{map[string]any{"key": hostile, "value": hostile}},
		"attachments": []any{map[string]any{"type": hostile, "status": hostile, "details": []any{map[string]any{"name": hostile, "value": hostile}}}},
		"createdAt":   time.Now().Add(-2 * time.Minute).UTC().Format(time.RFC3339), "stoppedAt": time.Now().UTC().Format(time.RFC3339),
		"containers": []any{map[string]any{"name": "app" + hostile, "lastStatus": "STOPPED", "exitCode": 1, "reason": "CannotStartContainerError: " + hostile, "image": hostile, "imageDigest": hostile}},
	}
}

// hostileEvidence is the same with what else can be brought.
func hostileEvidence() map[string]any {
	return map[string]any{
		"task": hostileTask(orderID(1)),
		"taskDefinition": map[string]any{
			"taskDefinitionArn": badRevision, "family": hostile, "taskRoleArn": ordersRole, "executionRoleArn": "arn:aws:iam::111122223333:role/" + hostile,
			"containerDefinitions": []any{map[string]any{"name": "app" + hostile, "image": hostile, "essential": true, "command": []string{hostile}, "environment": []any{map[string]any{"name": hostile, "value": hostile}}}},
		},
		"logs":          []any{map[string]any{"container": "app" + hostile, "lines": []string{hostile, "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/orders-task/x is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/$(touch${IFS}canary)`touch${IFS}canary`';touch${IFS}canary;'\";touch${IFS}canary;\" because no identity-based policy allows the s3:GetObject action"}}},
		"cloudtrail":    []any{map[string]any{"eventTime": time.Now().UTC().Format(time.RFC3339), "eventSource": "s3.amazonaws.com", "eventName": "GetObject" + hostile, "errorCode": "AccessDenied", "errorMessage": hostile, "userAgent": hostile}},
		"serviceEvents": []string{"(service orders) was unable to place a task. Reason: " + hostile},
		"text":          hostile,
	}
}

// hostilePages lets the service diagnose hostile evidence that is brought, and an event,
// and returns the addresses of the pages with it.
func (f *fortress) hostilePages() []string {
	f.t.Helper()
	send := func(path string, v any, h headers) heard {
		body, err := json.Marshal(v)
		if err != nil {
			f.t.Fatal(err)
		}
		got := f.ask(http.MethodPost, path, string(body), h)
		if got.status >= 300 {
			f.t.Fatalf("%s: status %d: %s", path, got.status, got.body)
		}
		return got
	}
	evil := url.QueryEscape(hostile)
	brought := send("/api/v1/evaluate", hostileEvidence(), f.bearer(f.reader)).field(f.t, `"id":"([^"]+)"`)
	pasted := send("/api/v1/evaluate", map[string]any{"text": "AccessDenied: " + hostile}, f.bearer(f.reader)).field(f.t, `"id":"([^"]+)"`)
	task := hostileTask(orderID(2))
	send("/api/v1/events", map[string]any{
		"version": "0", "id": "event-hostile", "detail-type": "ECS Task State Change", "source": "aws.ecs", "account": "111122223333", "region": "eu-west-1",
		"time": time.Now().UTC().Format(time.RFC3339), "resources": []string{task["taskArn"].(string)}, "detail": task,
	}, headers{"x-api-key", eventsKey})
	incident := f.waitFor("/api/v1/incidents", `"id":"`).field(f.t, `"id":"([^"]+)"`)
	return []string{
		"/d/" + brought, "/d/" + pasted, "/", "/diagnoses", "/diagnoses?cause=" + evil + "&service=" + evil, "/diagnoses?cursor=" + evil,
		"/diagnose?task=" + evil, "/diagnose?task=" + url.QueryEscape(task["taskArn"].(string)), "/d/" + url.PathEscape(hostile), "/causes?q=" + evil, "/causes/" + url.PathEscape(hostile),
		"/incidents", "/incidents?cluster=" + evil + "&account=" + evil + "&goingOn=" + evil, "/incidents/" + incident, "/incidents/" + incident + "?cursor=" + evil, "/incidents/" + url.PathEscape(hostile),
		"/service?ref=" + url.QueryEscape("arn:aws:ecs:eu-west-1:111122223333:service/prod/orders"+hostile), "/service?ref=" + evil + "&cursor=" + evil, "/" + url.PathEscape(hostile), "/auth/nothing?" + evil,
	}
}

// waitFor asks until the answer has a text, which work in the background brings.
func (f *fortress) waitFor(path, text string) heard {
	f.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 1200 {
		if got := f.get(path, f.bearer(f.reader)); strings.Contains(got.body, text) {
			return got
		}
		<-tick.C
	}
	f.t.Fatalf("%s does not come to have %s", path, text)
	return heard{}
}

func TestHostileTextNeverRuns(t *testing.T) {
	f := newFortress(t, nil)
	b, _ := f.logIn("/")
	f.provider.Person["name"], f.provider.Person["email"] = hostile, "ana@example.com"
	shown := 0
	for _, path := range f.hostilePages() {
		got := b.ask(http.MethodGet, path, "", nil)
		if got.status >= 500 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			t.Errorf("%.80s: status %d, %s", path, got.status, got.header.Get("Content-Type"))
			continue
		}
		doc, err := nethtml.Parse(strings.NewReader(got.body))
		if err != nil {
			t.Fatal(err)
		}
		checkHarmless(t, path, doc)
		checkObeyed(t, path, got.body)
		if strings.Contains(textOf(doc), "<img src=x onerror=alert(1)>") {
			shown++
		}
	}
	if shown < 8 {
		t.Errorf("only %d pages show the hostile text: this test would not see it run", shown)
	}
}

// textOf is what a reader sees, and what stands in the boxes.
func textOf(doc *nethtml.Node) string {
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == nethtml.TextNode {
			b.WriteString(n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "value" {
				b.WriteString(a.Val)
			}
		}
	}
	return b.String()
}

// checkHarmless fails for anything that could run, or load from elsewhere.
func checkHarmless(t *testing.T, path string, doc *nethtml.Node) {
	t.Helper()
	for n := range doc.Descendants() {
		if n.Type != nethtml.ElementNode {
			continue
		}
		if slices.Contains([]string{"img", "iframe", "object", "embed", "style", "base", "math", "foreignobject"}, strings.ToLower(n.Data)) {
			t.Errorf("%.80s: an element <%s> that no page has", path, n.Data)
		}
		src, kind := "", ""
		for _, a := range n.Attr {
			ours := strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") || strings.HasPrefix(a.Val, "#")
			elsewhere := (n.Data == "a" || n.Data == "link") && strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "https://evil.example")
			switch key := strings.ToLower(a.Key); {
			case strings.HasPrefix(key, "on"), key == "style", key == "srcdoc":
				t.Errorf("%.80s: <%s> has the attribute %s=%q", path, n.Data, a.Key, a.Val)
			case (key == "href" || key == "action" || key == "src" || key == "formaction") && !ours && !elsewhere:
				t.Errorf("%.80s: <%s %s=%q> leads somewhere else", path, n.Data, a.Key, a.Val)
			case key == "src":
				src = a.Val
			case key == "type":
				kind = a.Val
			}
		}
		if isData := kind == "application/json" && n.FirstChild != nil && json.Valid([]byte(n.FirstChild.Data)); n.Data == "script" && isData {
			continue // no browser runs it
		}
		if n.Data == "script" && (n.FirstChild != nil || !strings.HasPrefix(src, "/static/")) {
			t.Errorf("%.80s: a script that is not ours: %s", path, src)
		}
	}
}

// TestHostileTextInOtherForms reads the same as JSON, text and Markdown: a browser
// must take none of them for a page.
func TestHostileTextInOtherForms(t *testing.T) {
	f := newFortress(t, nil)
	for _, page := range f.hostilePages() {
		path, isReport := strings.CutPrefix(page, "/d/")
		if !isReport {
			continue
		}
		for _, form := range []string{"application/json", "text/plain", "text/markdown", "text/html", "*/*"} {
			got := f.get("/api/v1/diagnoses/"+path, append(f.bearer(f.reader), "Accept", form))
			kind := got.header.Get("Content-Type")
			if strings.Contains(kind, "html") || strings.Contains(kind, "xml") || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("as %s it is %s", form, kind)
			}
			if strings.Contains(kind, "json") && !json.Valid([]byte(got.body)) {
				t.Errorf("as %s it is no JSON: %s", form, got.body)
			}
			checkObeyed(t, path+" as "+form, got.body)
		}
	}
}

// TestHostileTextCommandsNoShell runs the snippet that mends what a hostile name
// was refused, in a shell in which aws tells the account and does nothing else.
func TestHostileTextCommandsNoShell(t *testing.T) {
	f := newFortress(t, nil)
	const session = "arn:aws:sts::111122223333:assumed-role/app-task/0123456789abcdef0123456789abcdef"
	body, err := json.Marshal(map[string]any{
		"task": map[string]any{
			"taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef", "lastStatus": "STOPPED",
			"stopCode": "EssentialContainerExited", "containers": []any{map[string]any{"name": "app", "exitCode": 1}},
		},
		"taskDefinition": map[string]any{
			"taskRoleArn": "arn:aws:iam::111122223333:role/app-task", "containerDefinitions": []any{map[string]any{"name": "app", "image": "app"}},
		},
		"cloudtrail": []any{map[string]any{
			"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "errorCode": "AccessDenied", "awsRegion": "eu-west-1",
			"userIdentity":      map[string]any{"type": "AssumedRole", "arn": session, "accountId": "111122223333"},
			"requestParameters": map[string]any{"bucketName": "orders", "key": "a'`touch canary`;touch canary;'b"},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Fix struct {
			Snippets struct{ CLI string }
		}
	}
	got := f.ask(http.MethodPost, "/api/v1/evaluate", string(body), f.bearer(f.reader))
	if err := json.Unmarshal([]byte(got.body), &d); err != nil || !strings.Contains(d.Fix.Snippets.CLI, "canary") {
		t.Fatalf("the snippet has nothing hostile in it: %v, %s", err, got.body)
	}
	dir := t.TempDir()
	shell := exec.Command("sh", "-c", "aws() { [ \"$1\" = iam ] || echo 111122223333; }\n"+d.Fix.Snippets.CLI)
	shell.Dir = dir
	if out, err := shell.CombinedOutput(); err != nil {
		t.Errorf("the snippet does not run: %v, %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "canary")); err == nil {
		t.Errorf("the snippet runs what is in a name:\n%s", d.Fix.Snippets.CLI)
	}
}

// TestHostileTextInSlack asks for a task of which a hostile event is known.
func TestHostileTextInSlack(t *testing.T) {
	said := make(chan slackfake.Call, 10)
	fake := slackfake.New()
	fake.Heard = func(c slackfake.Call) { said <- c }
	slack := httptest.NewServer(fake)
	t.Cleanup(slack.Close)
	f := newFortress(t, func(c *config.Config, _ *tuning) { c.SlackAPIURL = slack.URL + "/api/" })
	f.hostilePages()
	command := url.Values{
		"command": {"/whystopped"}, "text": {"arn:aws:ecs:eu-west-1:111122223333:task/prod/" + orderID(2)},
		"user_id": {"U0123456789"}, "user_name": {hostile}, "channel_name": {hostile}, "response_url": {slack.URL + "/commands/x"},
	}.Encode()
	if got := f.ask(http.MethodPost, "/slack/commands", command, signed(slackSecret, time.Now(), command)); got.status != 200 || strings.Contains(got.body, "<!channel>") {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	select {
	case c := <-said:
		var texts strings.Builder // as Slack reads them
		if err := json.NewEncoder(&texts).Encode(c.JSON); err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(texts.String())
		if !strings.Contains(text, "alert(1)") {
			t.Errorf("the message has nothing hostile in it: %s", text)
		}
		for _, bad := range []string{"<!channel>", "<https://evil.example", "<img", "<script"} {
			if strings.Contains(text, bad) {
				t.Errorf("the message has %s: %s", bad, text)
			}
		}
	case <-time.After(time.Minute):
		t.Error("Slack is not told")
	}
}
