package web

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	assets "whystopped/web"
)

func TestStaticFiles(t *testing.T) {
	h := newHandler(t, options(always(secretDenied())))
	doc := parsePage(t, get(t, h, "/"))
	sheet := ""
	for _, l := range find(doc, "link") {
		if attr(l, "rel") == "stylesheet" {
			sheet = attr(l, "href")
		}
	}
	const forever = "public, max-age=31536000, immutable"
	folder := path.Dir(sheet)
	tests := []struct{ address, contentType, cache string }{
		{sheet, "text/css; charset=utf-8", forever},
		{folder + "/site.js", "text/javascript; charset=utf-8", forever},
		{folder + "/fonts/atkinson-next.woff2", "font/woff2", forever},
		{folder + "/fonts/OFL.txt", "text/plain; charset=utf-8", forever},
		{"/static/oldversion/site.css", "text/css; charset=utf-8", "no-cache"},
		{"/favicon.ico", "image/svg+xml", "public, max-age=86400"},
	}
	for _, tt := range tests {
		w := get(t, h, tt.address)
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, %d bytes", tt.address, w.Code, w.Body.Len())
		}
		if got := w.Header().Get("Content-Type"); got != tt.contentType {
			t.Errorf("%s: Content-Type = %q, want %q", tt.address, got, tt.contentType)
		}
		if got := w.Header().Get("Cache-Control"); got != tt.cache {
			t.Errorf("%s: Cache-Control = %q, want %q", tt.address, got, tt.cache)
		}
	}
}

func TestStaticAddressChangesWithTheContent(t *testing.T) {
	version := func(files fstest.MapFS) string {
		s, err := newStaticFiles(files)
		if err != nil {
			t.Fatal(err)
		}
		return s.version
	}
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	first := version(fstest.MapFS{"static/a.css": file("a"), "static/b.css": file("b")})
	if again := version(fstest.MapFS{"static/a.css": file("a"), "static/b.css": file("b")}); again != first {
		t.Error("the same files have two addresses")
	}
	for name, changed := range map[string]fstest.MapFS{
		"content": {"static/a.css": file("a"), "static/b.css": file("c")},
		"name":    {"static/a.css": file("a"), "static/c.css": file("b")},
		"border":  {"static/a.css": file("ab.css"), "static/b.css": file("")},
	} {
		if version(changed) == first {
			t.Errorf("another %s has the same address", name)
		}
	}
}

// TestStyleSheetNeedsNothingElse holds that the style sheet loads only files
// that are served beside it.
func TestStyleSheetNeedsNothingElse(t *testing.T) {
	sheet, err := fs.ReadFile(assets.Static, "static/site.css")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`url\("?([^")]*)"?\)|@import`).FindAllStringSubmatch(string(sheet), -1)
	if len(found) == 0 {
		t.Fatal("the style sheet names no font")
	}
	for _, m := range found {
		if _, err := fs.Stat(assets.Static, "static/"+m[1]); err != nil || m[1] == "" {
			t.Errorf("%s is not among the static files: %v", m[0], err)
		}
	}
}

// TestEveryStaticFileHasAType fails for a file that the site would not serve.
func TestEveryStaticFileHasAType(t *testing.T) {
	err := fs.WalkDir(assets.Static, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && contentTypes[path.Ext(name)] == "" {
			t.Errorf("%s has no content type", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPageIsLight holds what a reader on a phone has to load before the first
// report is drawn: page, style sheet, script and fonts, as they are sent.
func TestPageIsLight(t *testing.T) {
	h := newHandler(t, options(always(secretDenied())))
	sent := func(address string) int {
		r := httptest.NewRequest(http.MethodGet, address, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", address, w.Code)
		}
		return w.Body.Len()
	}
	page := "/d/" + secretDenied().ID
	doc := parsePage(t, get(t, h, page))
	folder := ""
	total := sent(page)
	for _, s := range find(doc, "script") {
		folder = path.Dir(attr(s, "src"))
		total += sent(attr(s, "src"))
	}
	for _, name := range []string{"site.css", "progress.js", "favicon.svg", "fonts/atkinson-next.woff2", "fonts/atkinson-mono.woff2"} {
		total += sent(folder + "/" + name)
	}
	if limit := 60_000; total > limit {
		t.Errorf("a first visit loads %d bytes, want at most %d", total, limit)
	}
}

// TestEveryClassIsStyled finds classes that are written in a template and mean
// nothing in the style sheet.
func TestEveryClassIsStyled(t *testing.T) {
	h := newHandler(t, options(withHistory()))
	for _, address := range everyPage() {
		checkClasses(t, address, parsePage(t, get(t, h, address)))
	}
}

func checkClasses(t *testing.T, address string, doc *html.Node) {
	t.Helper()
	sheet, err := fs.ReadFile(assets.Static, "static/site.css")
	if err != nil {
		t.Fatal(err)
	}
	known := regexp.MustCompile(`\.[a-z][a-z0-9-]*`).FindAllString(string(sheet), -1)
	// These name a thing without changing how it looks.
	plain := []string{"prepare", "is-call", "is-log", "policy", "cli", "terraform", "cloudformation", "cdk", "container-entry", "by", "report", "catalogue", "asked", "open", "unknown", "none", "d0"}
	for n := range doc.Descendants() {
		for class := range strings.FieldsSeq(attr(n, "class")) {
			if !slices.Contains(known, "."+class) && !slices.Contains(plain, class) {
				t.Errorf("%s: class %q is not in the style sheet", address, class)
			}
		}
	}
}
