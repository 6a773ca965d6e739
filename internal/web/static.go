package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"time"

	"github.com/go-chi/chi/v5"
)

// staticFiles are the style sheet, script, icon and fonts. One hash over all of
// them is part of their address: a browser may keep them for ever, and the style
// sheet names its fonts by relative addresses.
type staticFiles struct {
	files   fs.FS
	version string
	base    string
}

func newStaticFiles(embedded fs.FS) (*staticFiles, error) {
	files, err := fs.Sub(embedded, "static")
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(content), content)
		return err
	})
	if err != nil {
		return nil, err
	}
	version := hex.EncodeToString(sum.Sum(nil)[:6])
	return &staticFiles{files: files, version: version, base: "/static/" + version}, nil
}

// contentTypes are set by hand: the system's own table differs from machine to
// machine, and browsers are told not to guess.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".txt":   "text/plain; charset=utf-8",
	".woff2": "font/woff2",
}

// staticFile serves one file. While a new version is being rolled out, a page of
// the old one may ask for its own files: it gets ours, but must not keep them.
func (s *Site) staticFile(w http.ResponseWriter, r *http.Request) error {
	cache := "no-cache"
	if chi.URLParam(r, "version") == s.static.version {
		cache = "public, max-age=31536000, immutable"
	}
	return s.serveStatic(w, r, chi.URLParam(r, "*"), cache)
}

// favicon answers browsers that do not read the page's own link to the icon.
func (s *Site) favicon(w http.ResponseWriter, r *http.Request) error {
	return s.serveStatic(w, r, "favicon.svg", "public, max-age=86400")
}

func (s *Site) serveStatic(w http.ResponseWriter, r *http.Request, name, cache string) error {
	contentType, ok := contentTypes[path.Ext(name)]
	if !ok {
		return errNoSuchPage
	}
	f, err := s.static.files.Open(name)
	if err != nil {
		return errNoSuchPage
	}
	defer f.Close()
	content, ok := f.(io.ReadSeeker)
	if !ok {
		return errors.New("a static file cannot be read: " + name)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", cache)
	http.ServeContent(w, r, name, time.Time{}, content)
	return nil
}
