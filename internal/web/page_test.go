package web

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// parsePage reads an answer as a browser would.
func parsePage(t *testing.T, w *httptest.ResponseRecorder) *html.Node {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Fatalf("Content-Type = %q, want HTML; status %d", got, w.Code)
	}
	doc, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatalf("parse page: %v", err)
	}
	return doc
}

// find gives the elements that match "tag", "tag.class", ".class" or several of
// them one inside the other: "ul.steps li".
func find(n *html.Node, path string) []*html.Node {
	nodes := []*html.Node{n}
	for selector := range strings.FieldsSeq(path) {
		var next []*html.Node
		for _, n := range nodes {
			for d := range n.Descendants() {
				if matches(d, selector) && !slices.Contains(next, d) {
					next = append(next, d)
				}
			}
		}
		nodes = next
	}
	return nodes
}

func matches(n *html.Node, selector string) bool {
	tag, class, _ := strings.Cut(selector, ".")
	return n.Type == html.ElementNode &&
		(tag == "" || n.Data == tag && (tag != "title" || n.Namespace == "")) && // a drawing has a title too
		(class == "" || slices.Contains(strings.Fields(attr(n, "class")), class))
}

// one is the only element that matches.
func one(t *testing.T, n *html.Node, path string) *html.Node {
	t.Helper()
	found := find(n, path)
	if len(found) != 1 {
		t.Fatalf("%d elements match %q, want 1", len(found), path)
	}
	return found[0]
}

// text is what a reader reads, with single spaces.
func text(n *html.Node) string { return strings.Join(strings.Fields(rawText(n)), " ") }

// rawText is the text content, to the byte.
func rawText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// texts reads every element that matches.
func texts(n *html.Node, path string) []string {
	var out []string
	for _, m := range find(n, path) {
		out = append(out, text(m))
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func unescape(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}
