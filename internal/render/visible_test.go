package render

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// tricky are characters that a screen obeys: a terminal's, those of C1, and marks
// that turn text around, hide it, or are somebody's own.
const tricky = "\x1b[31m\x00\x7f\u0085\u009b31m\u202egnp.exe\u2066x\u2069\u200b\u200f\u00ad\ufeff\u2028\U000e0041\ue000"

func TestHTML(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "",
		"<p>plain</p>\n":   "<p>plain</p>\n",
		"tab\tand\r\nline": "tab\tand\r\nline",
		"żółć 日本 \U0001f469\u200d\U0001f4bb": "żółć 日本 \U0001f469\u200d\U0001f4bb",
		"a\u202eb":         "a\ufffdb",
		"\u202eb":          "\ufffdb",
		"a\x1b":            "a\ufffd",
		"a\xffb\ufffdc":    "a\ufffdb\ufffdc",
		"\u009b31mé\u202e": "\ufffd31mé\ufffd",
	} {
		if got := string(HTML([]byte(in))); got != want {
			t.Errorf("HTML(%q) = %q, want %q", in, got, want)
		}
	}
	if got := string(HTML([]byte(tricky))); strings.ContainsFunc(got, obeyed) || !strings.Contains(got, "gnp.exe") {
		t.Errorf("HTML leaves %q", got)
	}
}

func TestJSONMeansTheSame(t *testing.T) {
	for _, text := range []string{"", "plain", tricky, "żółć 日本 \U0001f469\u200d\U0001f4bb\ufffd", "\U000e0041\U0010fffd"} {
		before, err := json.Marshal(map[string]string{text: text})
		if err != nil {
			t.Fatal(err)
		}
		after := JSON(before)
		if strings.ContainsFunc(string(after), obeyed) || !utf8.Valid(after) {
			t.Errorf("JSON leaves %q", after)
		}
		var got map[string]string
		if err := json.Unmarshal(after, &got); err != nil || got[text] != text {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
}

func FuzzVisible(f *testing.F) {
	for _, s := range []string{"", "plain", tricky, "\xff\xfe", "日本\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		page := string(HTML([]byte(s)))
		for _, r := range page {
			if obeyed(r) && r != '\t' && r != '\r' {
				t.Errorf("HTML(%q) has %U", s, r)
			}
		}
		if !utf8.ValidString(page) || utf8.RuneCountInString(page) != utf8.RuneCountInString(s) {
			t.Errorf("HTML(%q) = %q: a character is lost or added", s, page)
		}
		document, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var before, after string
		if json.Unmarshal(document, &before) != nil || json.Unmarshal(JSON(document), &after) != nil || before != after {
			t.Errorf("JSON(%q) = %q", document, JSON(document))
		}
	})
}
