package browser_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestReport reads reports in ways that the pages must not hinder.
func TestReport(t *testing.T) {
	base, chromium := startDemo(t), startChromium(t)
	tasks := sampleTasks(t, newTab(t, chromium), base)
	for _, tt := range []struct {
		name string
		use  func(t *testing.T, tab context.Context, base string, tasks []string)
	}{
		{"from the box to the copied policy by keyboard", byKeyboard},
		{"the answer is on a phone's first screen", firstScreen},
		{"code has the room that there is", codeHasRoom},
		{"pictures can be read", picturesCanBeRead},
		{"times are the reader's", readersTimes},
		{"times without scripts", timesWithoutScripts},
		{"nothing moves for who wants no motion", nothingMoves},
		{"print", printed},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.use(t, newTab(t, chromium), base, tasks) })
	}
}

func byKeyboard(t *testing.T, tab context.Context, base string, tasks []string) {
	allowReadingTheClipboard(t, tab, base)
	do(t, tab,
		openBox(base),
		paste(tasks[0]),
		chromedp.KeyEvent(kb.Enter),
		appears(".report h1"),
	)
	const far = 30
	steps := 0
	for !ask(t, tab, chromedp.Evaluate[bool](`document.activeElement.matches(".panel.policy button.copy")`)) {
		if steps++; steps > far {
			t.Fatalf("the button that copies the policy is not reached by %d steps of the tab key", far)
		}
		do(t, tab, chromedp.KeyEvent(kb.Tab))
		if ask(t, tab, chromedp.Evaluate[bool](`(() => {
			const e = document.activeElement;
			return e !== document.body && getComputedStyle(e).outlineStyle === "none" && !e.matches("main, .tabs input");
		})()`)) {
			t.Errorf("after %d steps the focus cannot be seen", steps)
		}
	}
	do(t, tab, chromedp.KeyEvent(kb.Enter), appears(".panel.policy button.copy.done"))
	var policy struct{ Statement []struct{ Action []string } }
	copied := ask(t, tab, chromedp.Evaluate[string]("navigator.clipboard.readText()", chromedp.EvalAwaitPromise))
	if err := json.Unmarshal([]byte(copied), &policy); err != nil {
		t.Fatalf("the clipboard holds no policy: %v\n%s", err, copied)
	}
	if !slices.Contains(policy.Statement[0].Action, "secretsmanager:GetSecretValue") {
		t.Errorf("the copied policy is %s", copied)
	}
}

// firstScreen holds that what failed, whose permission, and what to paste where
// are seen without scrolling: a browser's own bars leave so much of 844 pixels.
func firstScreen(t *testing.T, tab context.Context, base string, tasks []string) {
	const seen = 664
	do(t, tab, show(screen{390, "dark"}), open(base+"/diagnose?task="+tasks[0]), appears(".verdict button.copy"))
	for _, selector := range []string{".badge", "h1", ".call", ".verdict button.copy"} {
		if bottom := ask(t, tab, chromedp.Evaluate[float64](`document.querySelector("`+selector+`").getBoundingClientRect().bottom`)); bottom > seen {
			t.Errorf("%s ends at %.0f px, want at most %d", selector, bottom, seen)
		}
	}
}

// cramped finds code that is cut off beside unused room, in any format of the fix.
const cramped = `[...document.querySelectorAll(".tabs input")].flatMap((tab) => {
	tab.checked = true;
	return [...tab.closest(".formats").querySelectorAll(".code pre")]
		.filter((pre) => pre.checkVisibility() && pre.scrollWidth > pre.clientWidth + 1)
		.map((pre) => [tab.value, pre.clientWidth, pre.closest(".formats").clientWidth])
		.filter(([, has, room]) => has < room - 2)
		.map(([format, has, room]) => format + " has " + has + " px of " + room);
})`

// codeHasRoom holds that no button takes the room of the code that it copies, also
// one that says what to replace first.
func codeHasRoom(t *testing.T, tab context.Context, base string, tasks []string) {
	long := 0
	for _, task := range tasks {
		do(t, tab, open(base+"/diagnose?task="+task))
		long = max(long, ask(t, tab, chromedp.Evaluate[int](`Math.max(0, ...[...document.querySelectorAll("button.copy")].map((b) => b.textContent.length))`)))
		for _, s := range []screen{{390, "light"}, {768, "light"}, {1280, "light"}} {
			do(t, tab, show(s))
			for _, wrong := range ask(t, tab, chromedp.Evaluate[[]string](cramped)) {
				t.Errorf("%s at %d px: %s", task, s.width, wrong)
			}
		}
	}
	if long < len("Copy policy (replace BUCKET_NAME first)") {
		t.Error("no button says what to replace: this test sees less than it should")
	}
}

// unreadable finds texts of the drawing that is shown that meet, lie outside of
// it, or are smaller than 12 pixels.
const unreadable = `(() => {
	const drawing = [...document.querySelectorAll(".drawing")].find((d) => d.checkVisibility());
	if (!drawing) return ["no drawing is shown"];
	const frame = drawing.getBoundingClientRect();
	const size = 13 * frame.width / drawing.viewBox.baseVal.width;
	const wrong = size < 12 ? ["text of " + size + " px"] : [];
	const texts = [...drawing.querySelectorAll("text")].map((t) => [t.textContent, t.getBoundingClientRect()]);
	texts.forEach(([text, a], i) => {
		if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.bottom > frame.bottom + 1) wrong.push(text + " lies outside");
		for (const [other, b] of texts.slice(i + 1)) {
			if (a.left < b.right && b.left < a.right && a.top + 3 < b.bottom - 3 && b.top + 3 < a.bottom - 3) wrong.push(text + " meets " + other);
		}
	});
	return wrong;
})()`

func picturesCanBeRead(t *testing.T, tab context.Context, base string, tasks []string) {
	for _, task := range tasks {
		do(t, tab, open(base+"/diagnose?task="+task))
		if !ask(t, tab, chromedp.Evaluate[bool](`document.querySelector(".drawing") !== null`)) {
			continue // a task that was never placed has no life to draw
		}
		for _, s := range []screen{{390, "light"}, {768, "light"}, {1280, "light"}} {
			do(t, tab, show(s))
			for _, wrong := range ask(t, tab, chromedp.Evaluate[[]string](unreadable)) {
				t.Errorf("%s at %d px: %s", task, s.width, wrong)
			}
		}
	}
}

// inZone lets the browser live in a time zone.
func inZone(zone string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone})
		return err
	})
}

const (
	entryTime = `document.querySelector(".timeline time").textContent`
	drawnTime = `document.querySelector(".drawing text[data-at]").textContent`
)

func readersTimes(t *testing.T, tab context.Context, base string, tasks []string) {
	do(t, tab, inZone("Asia/Kolkata"), open(base+"/diagnose?task="+tasks[0]))
	if got := ask(t, tab, chromedp.Evaluate[string](entryTime)); !strings.HasSuffix(got, " UTC+5:30") {
		t.Errorf("an entry's time is %q, want the reader's", got)
	}
	if got := ask(t, tab, chromedp.Evaluate[string](`document.querySelector(".timeline time").title`)); !strings.HasSuffix(got, " UTC") {
		t.Errorf("hovering shows %q, want UTC", got)
	}
	there := ask(t, tab, chromedp.Evaluate[string](drawnTime))
	do(t, tab, inZone("UTC"), open(base+"/diagnose?task="+tasks[0]))
	here := ask(t, tab, chromedp.Evaluate[string](drawnTime))
	if there == here || len(there) != len(here) {
		t.Errorf("the picture says %q in Kolkata and %q in UTC", there, here)
	}
}

func timesWithoutScripts(t *testing.T, tab context.Context, base string, tasks []string) {
	do(t, tab, withoutScripts(), inZone("Asia/Kolkata"), open(base+"/diagnose?task="+tasks[0]))
	if got := ask(t, tab, written(".timeline time")); !strings.HasSuffix(got, " UTC") {
		t.Errorf("an entry's time is %q, want UTC", got)
	}
	if got := ask(t, tab, written(".foot")); !strings.Contains(got, "Times are UTC.") {
		t.Errorf("the foot says %q", got)
	}
}

// emulating gives the page a medium, or what its reader prefers.
func emulating(medium, feature, value string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		params := emulation.SetEmulatedMediaParams{Media: medium}
		if feature != "" {
			params.Features = []*emulation.MediaFeature{{Name: feature, Value: value}}
		}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, params)
		return err
	})
}

const moving = `[...document.querySelectorAll("*")].filter((e) => {
	const s = getComputedStyle(e);
	return s.transitionDuration.split(", ").some((d) => d !== "0s") || s.animationName !== "none";
}).length`

func nothingMoves(t *testing.T, tab context.Context, base string, tasks []string) {
	do(t, tab, emulating("", "prefers-reduced-motion", "no-preference"), open(base+"/diagnose?task="+tasks[0]))
	if ask(t, tab, chromedp.Evaluate[int](moving)) == 0 {
		t.Error("nothing moves for anybody: this test sees nothing")
	}
	do(t, tab, emulating("", "prefers-reduced-motion", "reduce"))
	if n := ask(t, tab, chromedp.Evaluate[int](moving)); n != 0 {
		t.Errorf("%d elements move for a reader who wants no motion", n)
	}
}

// printed holds that paper has all the answer and none of the controls.
func printed(t *testing.T, tab context.Context, base string, tasks []string) {
	do(t, tab, open(base+"/diagnose?task="+tasks[0]), emulating("print", "", ""))
	for selector, want := range map[string]bool{"h1": true, "#policy-0": true, ".players": true, "blockquote": true, "button.copy": false, ".tabs": false, ".top nav": false} {
		if got := ask(t, tab, visible(selector)); got != want {
			t.Errorf("on paper %s is shown: %t, want %t", selector, got, want)
		}
	}
}
