package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"whystopped/internal/words"
)

func refuse(t *testing.T, refusal Refusal) *httptest.ResponseRecorder {
	t.Helper()
	site, err := New(options(always(secretDenied())))
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	w := httptest.NewRecorder()
	w.Header().Set("Refresh", "0; url=https://login.example.com/logout")
	site.Refused(w, httptest.NewRequest(http.MethodGet, "/d/x?task=pasted", nil), refusal)
	return w
}

func TestRefusedPages(t *testing.T) {
	for _, kind := range []string{
		"not-logged-in", "not-allowed-in", "login-failed", "login-unavailable", "signed-out", "cross-origin", "wrong-host", "too-many-requests", "too-busy",
	} {
		t.Run(kind, func(t *testing.T) {
			w := refuse(t, Refusal{Status: http.StatusForbidden, Kind: kind, Detail: words.Plain("You are <b>ana</b>.")})
			doc := parsePage(t, w)
			checkHarmless(t, doc)
			checkStructure(t, doc)
			if w.Code != http.StatusForbidden || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("Refresh") == "" {
				t.Errorf("status %d, headers %v", w.Code, w.Header())
			}
			if page := text(one(t, doc, "main")); !strings.Contains(page, "You are <b>ana</b>.") || text(one(t, doc, "h1")) == "Forbidden" {
				t.Errorf("the page says %q", page)
			}
			if len(find(doc, "main form")) > 0 || len(find(doc, "main a")) > 0 {
				t.Error("the page offers a way on that there is not")
			}
		})
	}
}

func TestWaysOnOfWhoIsRefused(t *testing.T) {
	doc := parsePage(t, refuse(t, Refusal{Status: http.StatusUnauthorized, Kind: "not-logged-in", LogIn: "/auth/login?return=%2Fd%2Fx"}))
	if got := attr(one(t, doc, "main a"), "href"); got != "/auth/login?return=%2Fd%2Fx" {
		t.Errorf("the login is at %q", got)
	}
	doc = parsePage(t, refuse(t, Refusal{Status: http.StatusForbidden, Kind: "not-allowed-in", SignOut: true}))
	if form := one(t, doc, "main form"); attr(form, "action") != "/auth/logout" || attr(form, "method") != "post" {
		t.Error("nobody can sign out")
	}
}

func TestThePageSaysWhoReadsIt(t *testing.T) {
	o := options(always(secretDenied()))
	o.Visitor = func(context.Context) Visitor { return Visitor{Name: "ana@example.com<i>"} }
	h := newHandler(t, o)
	for _, path := range everyPage() {
		doc := parsePage(t, get(t, h, path))
		who := one(t, doc, ".visitor")
		if !strings.Contains(text(who), "ana@example.com<i>") || attr(one(t, who, "form"), "action") != "/auth/logout" {
			t.Errorf("%s: the header says %q", path, text(who))
		}
	}
	o.Visitor = func(context.Context) Visitor { return Visitor{} }
	if len(find(parsePage(t, get(t, newHandler(t, o), "/")), ".visitor")) != 0 {
		t.Error("the page names somebody whom nobody knows")
	}
}
