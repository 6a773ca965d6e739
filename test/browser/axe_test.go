//go:build axe

package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
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
	allRules = `{resultTypes: ["violations"]}`
	byColour = `{resultTypes: ["violations"], runOnly: ["color-contrast", "link-in-text-block"]}`
)

// load puts axe-core into the page that the tab shows, and opens every fold.
func load(t *testing.T, tab context.Context, axe string) {
	t.Helper()
	ask(t, tab, chromedp.Evaluate[bool](`document.querySelectorAll("details").forEach((d) => { d.open = true; }), true`))
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

// TestNoBarriers runs axe-core over every kind of page and every sample's
// report, light and dark, on a phone and on a desk.
func TestNoBarriers(t *testing.T) {
	axe := axeScript(t)
	base, chromium := startDemo(t), startChromium(t)
	pages := []string{"/", "/causes", "/causes?q=kms", "/causes/runtime.denied", "/docs", "/nowhere", "/diagnose?task=nonsense"}
	for _, task := range sampleTasks(t, newTab(t, chromium), base) {
		pages = append(pages, "/diagnose?task="+task)
	}
	for _, page := range pages {
		t.Run(page, func(t *testing.T) {
			tab := newTab(t, chromium)
			do(t, tab, still("light"), chromedp.Navigate(base+page), chromedp.WaitVisible("main h1"))
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
				for _, b := range barriers(t, tab, look.rules) {
					t.Errorf("at %d px, %s: %s (%s)\n%q", look.width, look.scheme, b.Rule, b.Help, b.Nodes)
				}
			}
		})
	}
}

// TestBarriersAreFound holds that the search works at all.
func TestBarriersAreFound(t *testing.T) {
	axe := axeScript(t)
	tab := newTab(t, startChromium(t))
	do(t, tab, chromedp.Navigate("data:text/html,<html><title>x</title><main><h1>x</h1><img src='data:,'><p style='color:%23aaa;background:%23fff'>pale</p></main>"))
	load(t, tab, axe)
	found := map[string]bool{}
	for _, b := range barriers(t, tab, allRules) {
		found[b.Rule] = true
	}
	for _, rule := range []string{"image-alt", "html-has-lang", "color-contrast"} {
		if !found[rule] {
			t.Errorf("axe-core does not see a breach of %s", rule)
		}
	}
}
