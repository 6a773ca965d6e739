package browser_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The steps of a reader. They ask the page itself. What chromedp waits for and
// clicks on it looks up in a copy of the document that it keeps from events, and
// where those come in another order than it expects the copy stays empty and it
// waits for ever: https://github.com/chromedp/chromedp/issues/1593.

// lookEvery is how often a page is asked whether it has come so far.
const lookEvery = 10 * time.Millisecond

// do runs steps one after the other and fails the test where one fails.
func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatalf("%v\n%s", err, whatIsShown(tab))
	}
}

// ask runs one action and gives what it found.
func ask[T any](t *testing.T, tab context.Context, action chromedp.Action[T]) T {
	t.Helper()
	answer, err := chromedp.Run(tab, action)
	if err != nil {
		t.Fatalf("%v\n%s", err, whatIsShown(tab))
	}
	return answer
}

// whatIsShown says where a tab is, for somebody who wonders why a step failed. The
// tab's own time may be over.
func whatIsShown(tab context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tab), 10*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("`${location} is ${document.readyState}, ${document.visibilityState} and begins:\n${document.body?.innerText.slice(0, 400)}`"))
	if err != nil {
		return fmt.Sprintf("what the tab shows is not known: %v", err)
	}
	return text
}

// setOut goes to an address and does not wait until the page is complete, only
// until the page before has gone: it is still there when the browser says that it
// is on its way.
func setOut(address string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(chromedp.Evaluate[chromedp.Void]("globalThis.before = true"), navigate(address), until("!globalThis.before"))
}

func navigate(address string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		gone, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: address})
		if err != nil {
			return fmt.Errorf("go to %s: %w", address, err)
		}
		if gone.ErrorText != "" {
			return fmt.Errorf("go to %s: %s", address, gone.ErrorText)
		}
		return nil
	})
}

// open goes to an address and waits until all of the page is there.
func open(address string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(setOut(address), until(`document.readyState === "complete"`))
}

// until waits until the page holds an expression for true.
func until(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		look := chromedp.Evaluate[bool]("Boolean(" + expression + ")")
		again := time.NewTicker(lookEvery)
		defer again.Stop()
		for {
			// A page that is about to be another one has no answer.
			so, err := look(ctx, target)
			if so && err == nil {
				return nil
			}
			select {
			case <-again.C:
			case <-ctx.Done():
				return fmt.Errorf("wait until %s: %w (its last answer: %v)", expression, ctx.Err(), err)
			}
		}
	})
}

// found is the JavaScript that finds the first element of a selector.
func found(selector string) string { return "document.querySelector(" + strconv.Quote(selector) + ")" }

// appears waits until a reader can see an element: by the browser's own rules, and
// that it takes place on the page.
func appears(selector string) chromedp.Action[chromedp.Void] {
	return until(`((e) => e?.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0)(` + found(selector) + `)`)
}

// goes waits until no such element is in the page.
func goes(selector string) chromedp.Action[chromedp.Void] { return until("!" + found(selector)) }

// visible tells whether the page shows an element.
func visible(selector string) chromedp.Action[bool] {
	return chromedp.Evaluate[bool](found(selector) + "?.checkVisibility() ?? false")
}

// text is what a reader sees of an element, written is all that it holds.
func text(selector string) chromedp.Action[string] {
	return chromedp.Evaluate[string](found(selector) + ".innerText")
}

func written(selector string) chromedp.Action[string] {
	return chromedp.Evaluate[string](found(selector) + ".textContent")
}

// click waits for an element and presses the mouse on its middle.
func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(appears(selector), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		middle, err := chromedp.Evaluate[[2]float64](`((e) => {
			e.scrollIntoView({block: "center", behavior: "instant"});
			const box = e.getClientRects()[0];
			return [box.x + box.width / 2, box.y + box.height / 2];
		})(`+found(selector)+`)`)(ctx, target)
		if err != nil {
			return fmt.Errorf("find %s: %w", selector, err)
		}
		_, err = chromedp.MouseClickXY(middle[0], middle[1])(ctx, target)
		return err
	}))
}

// paste puts a text in at once, where the focus is.
func paste(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}
