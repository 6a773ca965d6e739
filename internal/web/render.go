package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"whystopped/internal/render"
	"whystopped/internal/words"
)

// Page is what every page's struct embeds: what the layout shows.
type Page struct {
	Title       string
	Description string
	// URL is the page's own address, empty where the public one is not known.
	URL     string
	Static  string // the folder of the static files
	Version string
	// Section is the entry of the navigation that is current.
	Section string
	// Pasted is what the box in the header holds.
	Pasted string
	// NoIndex keeps the page out of search engines.
	NoIndex bool
	// OwnBox is set on pages that have the box in their middle.
	OwnBox bool
	// Visitor is who reads the page.
	Visitor Visitor
}

func (s *Site) newPage(ctx context.Context, title, description, path string) Page {
	p := Page{Title: title, Description: description, Static: s.static.base, Version: s.opts.Version}
	if s.opts.Visitor != nil {
		p.Visitor = s.opts.Visitor(ctx)
	}
	if s.opts.PublicURL != "" && path != "" {
		p.URL = s.opts.PublicURL + path
	}
	return p
}

// parseTemplates makes one set of templates for each page: the layout, the
// partials, and the page's own file, under the file's name without ".html". They say
// their words in a language.
func parseTemplates(files fs.FS, language *words.Language) (map[string]*template.Template, error) {
	shared, err := template.New("layout.html").Funcs(sayings(language)).ParseFS(files, "templates/layout.html", "templates/_*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "templates/[a-z]*.html")
	if err != nil {
		return nil, err
	}
	pages := make(map[string]*template.Template)
	for _, name := range names {
		page := strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")
		if page == "layout" {
			continue
		}
		set, err := template.Must(shared.Clone()).ParseFS(files, name)
		if err != nil {
			return nil, err
		}
		pages[page] = set.Lookup("layout.html")
	}
	return pages, nil
}

// render writes a page. It is made in full before the first byte is sent, so
// that a template that fails never leaves half a page.
func (s *Site) render(w http.ResponseWriter, status int, name string, data any) error {
	page, ok := s.templates[name]
	if !ok {
		return fmt.Errorf("render page %s: there is no such template", name)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	htmlHeaders(w)
	w.WriteHeader(status)
	// An error here means that the reader has gone away.
	_, _ = w.Write(render.HTML(b.Bytes()))
	return nil
}

// htmlHeaders sets the headers of a page. Every one may have something of
// somebody's account on it, or who reads it: no cache stores it, so that whoever
// uses the browser after they signed out doesn't find it there.
func htmlHeaders(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
}
