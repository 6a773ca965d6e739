package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"whystopped/internal/config"
)

// axeScript is axe-core, which looks for barriers in a page. "make test"
// installs it; without it the test is skipped, unless WHYSTOPPED_REQUIRE_TOOLS
// says that it must be there.
func axeScript(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("WHYSTOPPED_REQUIRE_TOOLS") != "" {
			t.Fatalf("this test needs axe-core (npm ci in test/browser/axe): %v", err)
		}
		t.Skipf("this test needs axe-core (npm ci in test/browser/axe): %v", err)
	}
	return string(script)
}

// barrier is a rule of axe-core that a page breaks, and where.
type barrier struct {
	Rule  string   `json:"rule"`
	Help  string   `json:"help"`
	Nodes []string `json:"nodes"`
}

const lookForBarriers = `axe.run(document, %s).then((found) => JSON.stringify(
	found.violations.map((v) => ({rule: v.id, help: v.help, nodes: v.nodes.map((n) => n.html.slice(0, 160) + "  " + (n.any[0]?.message ?? ""))}))))`

// Options of axe-core: all its rules, or those alone that depend on the colours.
const (
	allRules = `{resultTypes: ["violations"], preload: false, rules: {"target-size": {enabled: true}}}`
	byColour = `{resultTypes: ["violations"], preload: false, runOnly: ["color-contrast", "link-in-text-block"]}`
)

// load puts axe-core into the page that the tab shows, opens every fold, and has
// all of it drawn, also what nobody has scrolled to.
func load(t *testing.T, tab context.Context, axe string) {
	t.Helper()
	ask(t, tab, chromedp.Evaluate[bool](`document.querySelectorAll("details").forEach((d) => { d.open = true; }), true`))
	ask(t, tab, chromedp.Evaluate[bool](`document.querySelectorAll("section").forEach((s) => { s.style.contentVisibility = "visible"; }), true`))
	ask(t, tab, chromedp.Evaluate[bool](axe+"; true"))
}

// barriers runs axe-core over the page.
func barriers(t *testing.T, tab context.Context, rules string) []barrier {
	t.Helper()
	var found []barrier
	answer := ask(t, tab, chromedp.Evaluate[string](fmt.Sprintf(lookForBarriers, rules), chromedp.EvalAwaitPromise))
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// still shows a colour scheme without motion: colours on their way from one
// scheme to the other would be taken for pale ones.
func still(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	})
}

// resize gives the page a width, and leaves the scheme as it is.
func resize(width int64) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: 844, DeviceScaleFactor: 1, Mobile: width < 500,
		})
		return err
	})
}

// address is a page to look at, and who asks for it where that matters.
type address struct{ name, path, agent string }

// addresses are every kind of page, and the report of every sample. The demo
// keeps a report already when they are visited, so that the start page lists it.
func addresses(t *testing.T, tab context.Context, base string) []address {
	t.Helper()
	const nobodyKnows = "arn:aws:ecs:eu-west-1:111122223333:task/production/00000000000000000000000000000000"
	all := []address{
		{name: "kept report of a pasted error", path: "/d/" + evaluate(t, base, `{"text":"CannotPullContainerError: failed to resolve ref docker.io/library/nosuch:1: not found"}`)},
		{name: "start", path: "/"},
		{name: "causes", path: "/causes"},
		{name: "causes found", path: "/causes?q=kms"},
		{name: "causes not found", path: "/causes?q=nothing+has+this"},
		{name: "cause", path: "/causes/runtime.denied"},
		{name: "API", path: "/docs"},
		{name: "service", path: "/service?ref=arn:aws:ecs:eu-west-1:111122223333:service/production/payments-api"},
		{name: "service without stops", path: "/service?ref=arn:aws:ecs:eu-west-1:111122223333:service/production/transcoder"},
		{name: "service with a chart", path: "/service?ref=arn:aws:ecs:eu-west-1:111122223333:service/production/basket"},
		{name: "diagnoses", path: "/diagnoses"},
		{name: "diagnoses of a filter", path: "/diagnoses?category=network&service=basket"},
		{name: "incidents", path: "/incidents"},
		{name: "incidents that are over", path: "/incidents?goingOn=false"},
		{name: "incident", path: "/incidents/" + someIncident(t, tab, base)},
		{name: "no such incident", path: "/incidents/nowhere"},
		{name: "permissions", path: "/permissions"},
		{name: "preview", path: "/diagnose?task=" + nobodyKnows, agent: "Slackbot-LinkExpanding 1.0"},
		{name: "no such page", path: "/nowhere"},
		{name: "no such report", path: "/d/nowhere"},
		{name: "no reference", path: "/diagnose?task=nonsense"},
		{name: "unknown task", path: "/diagnose?task=" + nobodyKnows},
	}
	do(t, tab, open(base))
	const samples = `[...document.querySelectorAll(".samples a")].map((a) => [a.textContent, a.getAttribute("href")])`
	links := ask(t, tab, chromedp.Evaluate[[][2]string](samples))
	if len(links) < 14 {
		t.Fatalf("the start page lists %d samples, want at least 14", len(links))
	}
	for _, link := range links {
		all = append(all, address{name: link[0], path: link[1]})
	}
	return all
}

// someIncident waits until the demo's bad deploy is grouped, and gives its incident.
func someIncident(t *testing.T, ctx context.Context, base string) string {
	t.Helper()
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for {
		resp, err := http.Get(base + "/api/v1/incidents")
		if err != nil {
			t.Fatal(err)
		}
		var list struct{ Items []struct{ ID string } }
		err = json.NewDecoder(resp.Body).Decode(&list)
		resp.Body.Close()
		if err != nil {
			t.Fatalf("status %d, no incidents: %v", resp.StatusCode, err)
		}
		if len(list.Items) > 0 {
			return list.Items[0].ID
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatal("the demo has no incident")
		}
	}
}

// evaluate has evidence diagnosed, and gives the id of the kept report.
func evaluate(t *testing.T, base, evidence string) string {
	t.Helper()
	resp, err := http.Post(base+"/api/v1/evaluate", "application/json", strings.NewReader(evidence))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var kept struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&kept); err != nil || kept.ID == "" {
		t.Fatalf("status %d, no report: %v", resp.StatusCode, err)
	}
	return kept.ID
}

// calledBy lets the browser name itself as another program, or as itself again.
func calledBy(agent string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent})
		return err
	})
}

// checkBarriers runs axe-core over the page that the tab shows, light and dark,
// on a phone and on a desk. Having to scroll to the side is a barrier too.
func checkBarriers(t *testing.T, tab context.Context, axe string) {
	t.Helper()
	load(t, tab, axe)
	for _, look := range []struct {
		screen
		rules string
	}{
		{screen{390, "light"}, allRules},
		{screen{390, "dark"}, byColour},
		{screen{1280, "dark"}, allRules},
		{screen{1280, "light"}, byColour},
	} {
		do(t, tab, resize(look.width), still(look.scheme))
		if wide := ask(t, tab, chromedp.Evaluate[int64](pageWidth)); wide > look.width {
			t.Errorf("at %d px, %s: the page is %d px wide", look.width, look.scheme, wide)
		}
		for _, b := range barriers(t, tab, look.rules) {
			t.Errorf("at %d px, %s: %s (%s)\n%q", look.width, look.scheme, b.Rule, b.Help, b.Nodes)
		}
	}
}

// TestNoBarriers holds every kind of page and every sample's report to axe-core.
// Tabs are used again: starting one costs more than looking at a page.
func TestNoBarriers(t *testing.T) {
	axe := axeScript(t)
	base, chromium := startDemo(t), startChromium(t)
	const atOnce = 2
	tabs := make(chan context.Context, atOnce)
	for range atOnce {
		tabs <- openTab(t, chromium)
	}
	for _, page := range addresses(t, newTab(t, chromium), base) {
		t.Run(page.name, func(t *testing.T) {
			t.Parallel()
			tab := <-tabs
			defer func() { tabs <- tab }()
			once, cancel := context.WithTimeout(tab, longestTest)
			defer cancel()
			do(t, once, calledBy(page.agent), still("light"), open(base+page.path), goes(".looking"), appears("main h1"))
			checkBarriers(t, once, axe)
		})
	}
}

// TestNoBarriersAtTheDoor looks at what somebody sees who is not let in.
func TestNoBarriersAtTheDoor(t *testing.T) {
	axe := axeScript(t)
	byToken := startWith(t, config.Config{Demo: true, Access: config.Access{APITokens: "ci:read:" + config.Secret(strings.Repeat("0", 64))}})
	byLogin := startWith(t, config.Config{Demo: true, PublicURL: "http://127.0.0.1:1", Access: config.Access{
		OIDCIssuer: "http://127.0.0.1:1", OIDCClientID: "whystopped", OIDCClientSecret: "made-up-client-secret", AllowedDomains: []string{"*"},
	}})
	tab := newTab(t, startChromium(t))
	for name, address := range map[string]string{
		"no token": byToken, "the login is out of reach": byLogin + "/auth/login", "signed out": byLogin + "/auth/signed-out",
	} {
		t.Run(name, func(t *testing.T) {
			do(t, tab, still("light"), open(address), appears("main h1"))
			checkBarriers(t, tab, axe)
		})
	}
}

// TestNoBarriersInTheProgress looks at the page while AWS is still being asked.
func TestNoBarriersInTheProgress(t *testing.T) {
	axe := axeScript(t)
	base, task, _ := startHeld(t)
	tab := newTab(t, startChromium(t))
	do(t, tab, still("light"), setOut(base+"/diagnose?task="+task), appears(".sofar"))
	checkBarriers(t, tab, axe)
}

// TestBarriersAreFound holds that the search works at all.
func TestBarriersAreFound(t *testing.T) {
	axe := axeScript(t)
	tab := newTab(t, startChromium(t))
	do(t, tab, open("data:text/html,<html><title>x</title><main><h1>x</h1><img src='data:,'><p style='color:%23aaa;background:%23fff'>pale</p>"+
		"<a href='x' style='font-size:9px'>a</a> <a href='y' style='font-size:9px'>b</a><button style='width:9px;height:9px;padding:0'>c</button></main>"))
	load(t, tab, axe)
	found := map[string]bool{}
	for _, b := range barriers(t, tab, allRules) {
		found[b.Rule] = true
	}
	for _, rule := range []string{"image-alt", "html-has-lang", "color-contrast", "target-size"} {
		if !found[rule] {
			t.Errorf("axe-core does not see a breach of %s", rule)
		}
	}
}
