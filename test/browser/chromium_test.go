// Package browser_test looks at the pages of the whole service in a real
// Chromium: what a reader sees, does and cannot do.
package browser_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"whystopped/internal/app"
	"whystopped/internal/config"
)

// How long one test, and all of them, may take on a machine that has much else
// to do.
const (
	longestTest = 3 * time.Minute
	longest     = 15 * time.Minute
)

// startDemo runs the service with its sample tasks and returns its address.
func startDemo(t *testing.T) string {
	t.Helper()
	return startWith(t, config.Config{Demo: true})
}

// startWith runs the service by settings and returns its address.
func startWith(t *testing.T, settings config.Config) string {
	t.Helper()
	settings.Listen, settings.Timeout = "127.0.0.1:0", 10*time.Second
	ctx, stop := context.WithCancel(context.Background())
	service, err := app.New(ctx, settings, slog.New(slog.DiscardHandler))
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
	return service.URL()
}

// startChromium opens a browser with an empty profile. Where there is none the
// test is skipped, unless WHYSTOPPED_REQUIRE_TOOLS says that it must be there.
func startChromium(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("WHYSTOPPED_REQUIRE_TOOLS") != "" {
			t.Fatalf("this test needs Debian's chromium: %v", err)
		}
		t.Skipf("this test needs Debian's chromium: %v", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // for tests that run as root
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
	)
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	do(t, ctx) // starts it
	return ctx
}

// openTab opens a window that shares nothing with the others.
func openTab(t *testing.T, chromium context.Context) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	do(t, ctx)
	return ctx
}

// newTab opens a window for one test.
func newTab(t *testing.T, chromium context.Context) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(openTab(t, chromium), longestTest)
	t.Cleanup(cancel)
	return ctx
}

// withoutScripts turns the page's own JavaScript off.
func withoutScripts() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}

// screen is what a reader looks at.
type screen struct {
	width  int64
	scheme string // light or dark
}

// show gives the page a screen.
func show(s screen) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: s.width, Height: 844, DeviceScaleFactor: 1, Mobile: s.width < 500,
		})
		if err != nil {
			return err
		}
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}},
		})
		return err
	})
}

const pageWidth = "document.documentElement.scrollWidth"

// allowReadingTheClipboard lets the tests see what a button put there.
func allowReadingTheClipboard(t *testing.T, ctx context.Context, origin string) {
	t.Helper()
	_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission:       &browser.PermissionDescriptor{Name: "clipboard-read"},
		Setting:          browser.PermissionSettingGranted,
		Origin:           origin,
		BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// complaints collects what the browser has to say against the pages: errors of
// scripts, files that did not load, breaches of the Content-Security-Policy.
func complaints(t *testing.T, ctx context.Context) func() []string {
	t.Helper()
	var mu sync.Mutex
	var heard []string
	hear := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, fmt.Sprintf(format, args...))
	}
	err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *log.EventEntryAdded:
			hear("%s: %s %s", ev.Entry.Level, ev.Entry.Text, ev.Entry.URL)
		case *runtime.EventExceptionThrown:
			thrown := ""
			if e := ev.ExceptionDetails.Exception; e != nil {
				thrown = e.Description
			}
			hear("script: %s %s (%s:%d)", ev.ExceptionDetails.Text, thrown, ev.ExceptionDetails.URL, ev.ExceptionDetails.LineNumber)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return heard
	}
}
