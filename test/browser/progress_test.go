package browser_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"whystopped/internal/app"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/samples"
	"whystopped/internal/config"
)

// startHeld runs the service on the demo's account, in which CloudTrail does not
// answer before it is released. It returns its address and a task.
func startHeld(t *testing.T) (base, task string, release func()) {
	t.Helper()
	return startHeldLogging(t, io.Discard)
}

func startHeldLogging(t *testing.T, log io.Writer) (base, task string, release func()) {
	t.Helper()
	scenario, shown := samples.Demo(time.Now())
	double := awsfake.New(scenario)
	held := make(chan struct{})
	release = sync.OnceFunc(func() { close(held) })
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("X-Amz-Target"), "CloudTrail") {
			<-held
		}
		double.ServeHTTP(w, r)
	}))
	t.Cleanup(aws.Close)
	t.Cleanup(release)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": t.TempDir() + "/config", "AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/credentials", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	ctx, stop := context.WithCancel(context.Background())
	service, err := app.New(ctx, config.Config{Listen: "127.0.0.1:0", Timeout: longestTest}, app.NewLogger(log, slog.LevelInfo))
	if err != nil {
		stop()
		t.Fatalf("start the service: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the service ended: %v", err)
		}
	})
	return service.URL(), shown[0].ARN, release
}

func TestProgress(t *testing.T) {
	log := &lines{}
	base, task, release := startHeldLogging(t, log)
	tab := newTab(t, startChromium(t))
	heard, received := complaints(t, tab), weigh(t, tab)
	do(t, tab,
		setOut(base+"/diagnose?task="+task),
		appears(".looking li.was-busy"), // only the script shows what is under way
		appears(".looking ul.live li.was-ok"),
		appears(".sofar"),
	)
	if told := ask(t, tab, written("#told")); !regexp.MustCompile(`: .+\. \d of \d\.$`).MatchString(told) {
		t.Errorf("screen readers are told %q, want what was read", told)
	}
	checkOneList(t, tab)
	release()
	do(t, tab, appears(".report h1"))
	checkConclusion(t, tab)
	do(t, tab, until(`document.readyState === "complete"`))
	checkWeight(t, "a report with its progress", received.Load())
	if !ask(t, tab, visible("button.copy")) {
		t.Error("there is no button to copy the policy")
	}
	for _, complaint := range heard() {
		t.Errorf("the browser complains: %s", complaint)
	}
	// The page and the stream beside it are one question of one reader.
	for _, route := range []string{"/diagnose", "/api/v1/diagnoses/stream"} {
		log.await(t, tab, `"msg":"request"`, `"route":"`+route+`"`)
	}
	if asked := log.with(`"msg":"audit"`, `"action":"diagnose"`); len(asked) != 1 {
		t.Errorf("the audit log has %d lines of one question:\n%s", len(asked), strings.Join(asked, ""))
	}
}

// lines are what a log was written, line by line.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, string(line))
	return len(line), nil
}

// with gives the lines that have all of the parts.
func (l *lines) with(parts ...string) (found []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.all {
		if !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) }) {
			found = append(found, line)
		}
	}
	return found
}

// await waits until there is such a line.
func (l *lines) await(t *testing.T, ctx context.Context, parts ...string) {
	t.Helper()
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for len(l.with(parts...)) == 0 {
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatalf("no line of the log has %q", parts)
		}
	}
}

func checkOneList(t *testing.T, tab context.Context) {
	t.Helper()
	const shown = `[...document.querySelectorAll(".looking ul")].filter((e) => e.checkVisibility()).length`
	if n := ask(t, tab, chromedp.Evaluate[int](shown)); n != 1 {
		t.Errorf("the sources are listed %d times", n)
	}
}

// checkConclusion waits until the progress has given way to the report, also for
// those who see only the tab's title or hear the page.
func checkConclusion(t *testing.T, tab context.Context) {
	t.Helper()
	do(t, tab, goes(".looking"))
	checkVerdict(t, tab)
	heading := ask(t, tab, text("h1"))
	if told, title := ask(t, tab, written("#told")), ask(t, tab, chromedp.Title()); told != heading || !strings.HasPrefix(title, heading) {
		t.Errorf("told %q under the title %q, want the verdict %q", told, title, heading)
	}
}

// startBehind puts a proxy before the service. One file, if it is named, it lets
// through only when that is released.
func startBehind(t *testing.T, base, file string) (front *httptest.Server, release func()) {
	t.Helper()
	service, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	held := make(chan struct{})
	release = sync.OnceFunc(func() { close(held) })
	pass := httputil.NewSingleHostReverseProxy(service)
	pass.FlushInterval = -1 // at once
	front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Base(r.URL.Path) == file {
			<-held
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	t.Cleanup(release)
	return front, release
}

// TestProgressOfAScriptThatComesLate is the rule on a slow line: the report is
// there before the script that would have shown the progress.
func TestProgressOfAScriptThatComesLate(t *testing.T) {
	base, task, release := startHeld(t)
	front, releaseScript := startBehind(t, base, "progress.js")
	tab := newTab(t, startChromium(t))
	do(t, tab, setOut(front.URL+"/diagnose?task="+task), appears(".looking h1"))
	release()
	do(t, tab, appears(".report h1"))
	releaseScript()
	checkConclusion(t, tab)
}

// TestProgressOfAScriptThatComesEarly is the rule for who was here before: the
// browser has the script already and runs it before it has read on. The line
// stops right behind the script's own element.
func TestProgressOfAScriptThatComesEarly(t *testing.T) {
	base, task, release := startHeld(t)
	front, readOn := startStopping(t, base, `/progress.js" async></script>`)
	tab := newTab(t, startChromium(t))
	heard := complaints(t, tab)
	do(t, tab, setOut(front.URL+"/diagnose?task="+task), appears(".looking li.was-busy"))
	readOn()
	do(t, tab, until(`document.querySelectorAll(".looking ul").length === 2`))
	checkOneList(t, tab)
	release()
	checkConclusion(t, tab)
	for _, complaint := range heard() {
		t.Errorf("the browser complains: %s", complaint)
	}
}

// startStopping puts a proxy before the service that hands a page on up to the end
// of a text, and the rest when that is released.
func startStopping(t *testing.T, base, behind string) (front *httptest.Server, release func()) {
	t.Helper()
	held := make(chan struct{})
	release = sync.OnceFunc(func() { close(held) })
	front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, err := http.NewRequestWithContext(r.Context(), r.Method, base+r.URL.RequestURI(), nil)
		if err != nil {
			t.Error(err)
			return
		}
		answer, err := http.DefaultTransport.RoundTrip(asked)
		if err != nil {
			return // the browser has left
		}
		defer answer.Body.Close()
		maps.Copy(w.Header(), answer.Header)
		w.WriteHeader(answer.StatusCode)
		stopAt(w, answer.Body, behind, held)
	}))
	t.Cleanup(front.Close)
	t.Cleanup(release)
	return front, release
}

// stopAt hands on what comes as it comes, and waits at the end of a text.
func stopAt(w http.ResponseWriter, from io.Reader, behind string, held <-chan struct{}) {
	ctl := http.NewResponseController(w)
	var sent string
	for part := make([]byte, 1<<16); ; {
		n, err := from.Read(part)
		came := string(part[:n])
		if at := strings.Index(sent+came, behind); at >= 0 && len(sent) < at+len(behind) {
			first := at + len(behind) - len(sent)
			io.WriteString(w, came[:first])
			ctl.Flush()
			<-held
			sent, came = sent+came[:first], came[first:]
		}
		io.WriteString(w, came)
		ctl.Flush()
		sent += came
		if err != nil {
			return
		}
	}
}

// TestProgressThatBreaksOff holds that a lost connection does not look like a
// long search, and that the way out of it works.
func TestProgressThatBreaksOff(t *testing.T) {
	base, task, release := startHeld(t)
	front, _ := startBehind(t, base, "")
	tab := newTab(t, startChromium(t))
	do(t, tab, setOut(front.URL+"/diagnose?task="+task), appears(".sofar"))
	if ask(t, tab, visible("#broken")) {
		t.Error("the connection is said to be broken while all is well")
	}
	front.CloseClientConnections()
	do(t, tab, appears("#broken a"))
	release()
	do(t, tab, click("#broken a"), appears(".report h1"))
	checkVerdict(t, tab)
}

func TestProgressWithoutScripts(t *testing.T) {
	base, task, release := startHeld(t)
	tab := newTab(t, startChromium(t))
	do(t, tab,
		withoutScripts(),
		setOut(base+"/diagnose?task="+task),
		appears(".looking h1"),
		appears(".looking li.was-ok"),
	)
	release()
	do(t, tab, appears(".report h1"), until(`document.readyState === "complete"`))
	if ask(t, tab, visible(".looking h1")) {
		t.Error("the progress is shown beside the report")
	}
	if got, want := ask(t, tab, text(".report h1")), "The task execution role isn't allowed to read the secret payments/db-password"; got != want {
		t.Errorf("verdict = %q, want %q", got, want)
	}
}
