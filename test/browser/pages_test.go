package browser_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// sampleTasks are the ARNs of the tasks that the demo's start page lists.
func sampleTasks(t *testing.T, tab context.Context, base string) []string {
	t.Helper()
	do(t, tab, open(base))
	links := ask(t, tab, chromedp.Evaluate[[]string](`[...document.querySelectorAll("a[href^='/diagnose?task=']")].map((a) => a.href)`))
	var tasks []string
	for _, link := range links {
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		if task := u.Query().Get("task"); strings.Contains(task, ":task/") {
			tasks = append(tasks, task)
		}
	}
	if len(tasks) < 14 {
		t.Fatalf("the start page lists %d sample tasks, want at least 14", len(tasks))
	}
	return tasks
}

// TestPages lets a reader use the demo.
func TestPages(t *testing.T) {
	base, chromium := startDemo(t), startChromium(t)
	tasks := sampleTasks(t, newTab(t, chromium), base)
	for _, tt := range []struct {
		name string
		use  func(t *testing.T, tab context.Context, base string, tasks []string)
	}{
		{"paste a task", pasteATask},
		{"paste a task without scripts", pasteATaskWithoutScripts},
		{"enter sends a reference", enterSends},
		{"paste an error", pasteAnError},
		{"paste something else", pasteARole},
		{"copy the policy", copyThePolicy},
		{"choose a format by keyboard, without scripts", chooseAFormat},
		{"every page on every screen", everyPage},
		{"every page is light", everyPageIsLight},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.use(t, newTab(t, chromium), base, tasks) })
	}
}

// openBox opens the start page and waits until the box has the focus, as it must
// by itself: a browser gives it when it draws the page, at times after the page
// has loaded, and what is pasted before is lost.
func openBox(base string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(open(base), appears("#task:focus"))
}

// pasteATask is the main job: open the page, paste, read.
func pasteATask(t *testing.T, tab context.Context, base string, tasks []string) {
	do(t, tab,
		openBox(base),
		paste("  "+tasks[0]+"\n"),
		click("form.box button"),
		appears(".report h1"),
	)
	checkVerdict(t, tab)
	if got, want := ask(t, tab, chromedp.Location()), base+"/diagnose?task="; !strings.HasPrefix(got, want) {
		t.Errorf("the address is %s, want one that can be shared", got)
	}
	do(t, tab, appears(".verdict button.copy"))
}

func pasteATaskWithoutScripts(t *testing.T, tab context.Context, base string, tasks []string) {
	do(t, tab,
		withoutScripts(),
		open(base),
		click("#task"),
		paste(tasks[0]),
		click("form.box button"),
		appears(".report h1"),
	)
	checkVerdict(t, tab)
	if ask(t, tab, visible("button.copy")) {
		t.Error("a button is shown that cannot work")
	}
}

// checkVerdict reads the report of the first sample.
func checkVerdict(t *testing.T, tab context.Context) {
	t.Helper()
	if got, want := ask(t, tab, text(".report h1")), "The task execution role isn't allowed to read the secret payments/db-password"; got != want {
		t.Errorf("verdict = %q, want %q", got, want)
	}
	if got := ask(t, tab, text(".report .badge")); !strings.Contains(got, "Task execution role") || !strings.Contains(got, "payments-api-exec") {
		t.Errorf("the badge says %q, want the execution role by its name", got)
	}
	if got := ask(t, tab, text("#policy-0")); !strings.Contains(got, `"secretsmanager:GetSecretValue"`) {
		t.Errorf("the policy is %s, want one for the secret", got)
	}
}

func enterSends(t *testing.T, tab context.Context, base string, tasks []string) {
	do(t, tab,
		openBox(base),
		paste(tasks[0]),
		chromedp.KeyEvent("\r"),
		appears(".report h1"),
	)
}

func pasteAnError(t *testing.T, tab context.Context, base string, _ []string) {
	do(t, tab,
		openBox(base),
		paste("CannotPullContainerError: pull image manifest has been retried 1 time(s):\nfailed to resolve ref docker.io/library/nosuch:1: not found"),
		click("form.box button"),
		appears(".report h1"),
	)
	if got, want := ask(t, tab, chromedp.Location()), base+"/d/"; !strings.HasPrefix(got, want) {
		t.Errorf("the address is %s, want a kept report", got)
	}
}

func pasteARole(t *testing.T, tab context.Context, base string, _ []string) {
	const role = "arn:aws:iam::111122223333:role/payments-api-exec"
	do(t, tab,
		openBox(base),
		paste(role),
		click("form.box button"),
		appears("ul.steps"),
	)
	if got := ask(t, tab, chromedp.Evaluate[string](found("#task")+".value")); got != role {
		t.Errorf("the box holds %q, want what was pasted, to be mended", got)
	}
}

func copyThePolicy(t *testing.T, tab context.Context, base string, tasks []string) {
	allowReadingTheClipboard(t, tab, base)
	do(t, tab,
		open(base+"/diagnose?task="+tasks[0]),
		click(".panel.policy button.copy"),
		appears(".panel.policy button.copy.done"),
	)
	copied := ask(t, tab, chromedp.Evaluate[string]("navigator.clipboard.readText()", chromedp.EvalAwaitPromise))
	shown := ask(t, tab, written("#policy-0"))
	if copied != shown || !strings.HasPrefix(copied, "{\n  \"Version\"") {
		t.Errorf("copied %q, shown %q", copied, shown)
	}
}

// chooseAFormat uses the tabs without scripts: they are radio buttons.
func chooseAFormat(t *testing.T, tab context.Context, base string, tasks []string) {
	do(t, tab,
		withoutScripts(),
		open(base+"/diagnose?task="+tasks[0]),
		chromedp.Evaluate[chromedp.Void](found("#format-policy")+".focus()"),
		chromedp.KeyEvent(kb.ArrowRight),
		chromedp.KeyEvent(kb.ArrowRight),
	)
	if ask(t, tab, visible("#policy-0")) || !ask(t, tab, visible("#code-terraform")) {
		t.Error("two steps to the right do not lead from the policy to Terraform")
	}
	if got := ask(t, tab, written("#code-terraform")); !strings.Contains(got, "aws_iam") {
		t.Errorf("the Terraform panel holds %q", got)
	}
}

// everyPage visits all pages and every sample's report, and fails where one is
// wider than the screen or the browser complains.
func everyPage(t *testing.T, tab context.Context, base string, tasks []string) {
	heard := complaints(t, tab)
	pages := []string{"/", "/causes", "/causes?q=kms", "/docs", "/service?ref=arn:aws:ecs:eu-west-1:111122223333:service/production/payments-api"}
	for _, task := range tasks {
		pages = append(pages, "/diagnose?task="+task)
	}
	for _, s := range []screen{{390, "dark"}, {1280, "light"}} {
		do(t, tab, show(s))
		for _, page := range pages {
			do(t, tab, open(base+page))
			if wide := ask(t, tab, chromedp.Evaluate[int64](pageWidth)); wide > s.width {
				t.Errorf("%s at %d px: the page is %d px wide", page, s.width, wide)
			}
		}
		colours := ask(t, tab, chromedp.Evaluate[[]string]("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"))
		want := map[string][]string{"dark": {"rgb(16, 20, 19)", "rgb(223, 229, 226)"}, "light": {"rgb(243, 245, 244)", "rgb(22, 32, 29)"}}[s.scheme]
		if !slices.Equal(colours, want) {
			t.Errorf("%s: ground and ink are %v, want %v", s.scheme, colours, want)
		}
	}
	for _, complaint := range heard() {
		t.Errorf("the browser complains: %s", complaint)
	}
}

// heaviest is how much may come over the wire for a page, in bytes.
const heaviest = 60_000

// everyPageIsLight counts what comes over the wire for somebody who opens a page
// for the first time: the page with all that it loads, compressed, and headers.
func everyPageIsLight(t *testing.T, tab context.Context, base string, _ []string) {
	pages := addresses(t, tab, base)
	received := weigh(t, tab)
	for _, page := range pages {
		received.Store(0)
		do(t, tab, open(base+page.path))
		checkWeight(t, page.name, received.Load())
	}
}

// weigh counts the bytes that a tab receives, and lets it keep nothing.
func weigh(t *testing.T, tab context.Context) *atomic.Int64 {
	t.Helper()
	received := &atomic.Int64{}
	if err := chromedp.Listen(tab, func(ev any) {
		if ev, ok := ev.(*network.EventLoadingFinished); ok {
			received.Add(int64(ev.EncodedDataLength))
		}
	}); err != nil {
		t.Fatal(err)
	}
	do(t, tab, withoutCache())
	return received
}

func checkWeight(t *testing.T, name string, received int64) {
	t.Helper()
	if received > heaviest || received < heaviest/10 {
		t.Errorf("%s: %d bytes, want at most %d, and not next to nothing", name, received, heaviest)
	}
}

func withoutCache() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
		return err
	})
}
