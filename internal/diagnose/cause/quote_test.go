package cause

import (
	"strings"
	"testing"
)

// TestQuote: the deciding words are where the mark says, also in long texts with
// many-byte runes, and a quote is never cut inside a rune.
func TestQuote(t *testing.T) {
	long := strings.Repeat("größe ", 600)
	for name, tt := range map[string]struct {
		text  *Text
		words string
	}{
		"short":                {&Text{Place: Stopped, Raw: "Task stopped by user"}, "by user"},
		"in a long reason":     {&Text{Place: Stopped, Raw: long + "i/o timeout" + long}, "i/o timeout"},
		"in a long log line":   {&Text{Place: Log, Raw: "first\n" + long + "denied" + long + "\nlast"}, "denied"},
		"over two lines":       {&Text{Place: Log, Raw: "one\nis not\nauthorized\nfour"}, "not\nauthorized"},
		"at the very end":      {&Text{Place: Pasted, Raw: "x\ny denied"}, "denied"},
		"longer than the rest": {&Text{Place: Pasted, Raw: long}, strings.TrimSpace(long)},
	} {
		t.Run(name, func(t *testing.T) {
			start := strings.Index(tt.text.Raw, tt.words)
			quote, mark := tt.text.Quote(start, start+len(tt.words))
			if mark[0] < 0 || mark[1] > len(quote) || mark[0] > mark[1] {
				t.Fatalf("mark %v in a quote of %d bytes", mark, len(quote))
			}
			if got := quote[mark[0]:mark[1]]; !strings.HasPrefix(tt.words, got) || got == "" {
				t.Errorf("marked %q, want %q", got, tt.words)
			}
			if strings.ToValidUTF8(quote, "?") != quote {
				t.Error("the quote is cut inside a rune")
			}
		})
	}
}
