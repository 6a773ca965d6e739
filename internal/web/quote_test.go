package web

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
)

func TestSpans(t *testing.T) {
	plain := func(s string) span { return span{Text: s} }
	marked := func(s string) span { return span{Text: s, Marked: true} }
	tests := []struct {
		name  string
		text  string
		marks [][2]int
		want  []span
	}{
		{"nothing", "", nil, nil},
		{"no marks", "abc", nil, []span{plain("abc")}},
		{"all of it", "abc", [][2]int{{0, 3}}, []span{marked("abc")}},
		{"middle", "abcde", [][2]int{{1, 3}}, []span{plain("a"), marked("bc"), plain("de")}},
		{"out of order", "abcde", [][2]int{{3, 4}, {0, 1}}, []span{marked("a"), plain("bc"), marked("d"), plain("e")}},
		{"overlapping", "abcdef", [][2]int{{0, 3}, {1, 2}, {2, 5}}, []span{marked("abcde"), plain("f")}},
		{"touching", "abcd", [][2]int{{0, 2}, {2, 3}}, []span{marked("abc"), plain("d")}},
		{"beyond the ends", "abc", [][2]int{{-4, 1}, {2, 99}}, []span{marked("a"), plain("b"), marked("c")}},
		{"outside, empty, backwards", "abc", [][2]int{{7, 9}, {1, 1}, {2, 1}, {-3, -1}}, []span{plain("abc")}},
		{"inside a character", "aéb", [][2]int{{2, 4}}, []span{plain("a"), marked("éb")}},
		{"blanks at the ends", "a  b c", [][2]int{{1, 5}, {2, 3}}, []span{plain("a  "), marked("b"), plain(" c")}},
		{"only blanks", "a  b", [][2]int{{1, 3}}, []span{plain("a  b")}},
		{"ends inside a character", "日本語", [][2]int{{0, 4}}, []span{marked("日本"), plain("語")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, spans(tt.text, tt.marks)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzSpans(f *testing.F) {
	f.Add("größer → Access Denied", 3, 9, 0, 4)
	f.Fuzz(func(t *testing.T, text string, a, b, c, d int) {
		var got strings.Builder
		for _, s := range spans(text, [][2]int{{a, b}, {c, d}}) {
			if s.Text == "" {
				t.Error("an empty span")
			}
			if utf8.ValidString(text) && !utf8.ValidString(s.Text) {
				t.Errorf("%q is cut inside a character", s.Text)
			}
			got.WriteString(s.Text)
		}
		if got.String() != text {
			t.Errorf("spans give %q, want %q", got.String(), text)
		}
	})
}

func TestBreakable(t *testing.T) {
	tests := []struct {
		name string
		want []string
	}{
		{"", nil},
		{"orders", []string{"orders"}},
		{"arn:aws:iam::1:role/a/b", []string{"arn:", "aws:", "iam:", ":", "1:", "role/", "a/", "b"}},
		{"ends/", []string{"ends/"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, breakable(tt.name)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestJSONLines(t *testing.T) {
	text := "{\n  \"Action\": [\n    \"s3:Get\\\"Object\"\n  ],\n  \"n\": 1\n}"
	want := []codeLine{
		{Spans: []codeSpan{{Text: "{\n"}}},
		{Depth: 1, Indent: "  ", Spans: []codeSpan{{Class: "key", Text: `"Action"`}, {Text: ": [\n"}}},
		{Depth: 2, Indent: "    ", Spans: []codeSpan{{Class: "text", Text: `"s3:Get\"Object"`}, {Text: "\n"}}},
		{Depth: 1, Indent: "  ", Spans: []codeSpan{{Text: "],\n"}}},
		{Depth: 1, Indent: "  ", Spans: []codeSpan{{Class: "key", Text: `"n"`}, {Text: ": 1\n"}}},
		{Spans: []codeSpan{{Text: "}"}}},
	}
	if diff := cmp.Diff(want, jsonLines(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestQuotesOfSiblingsSayWhose(t *testing.T) {
	got := quotesOf(diagnose.TaskView{}, []diagnose.Quote{{Source: "log.app", Task: "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}, {Source: "log.app"}}, clock{})
	if want := "Log of container app, task 0f1e2d3c…"; got[0].Source != want || got[1].Source != "Log of container app" {
		t.Errorf("sources %q and %q, want %q and the task's own", got[0].Source, got[1].Source, want)
	}
}
