package scan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScan(t *testing.T) {
	literals := []string{"access denied", "denied", "his", "she", "hers", ""}
	tests := map[string]struct {
		text string
		want []Hit
	}{
		"nothing":                     {"all is well", nil},
		"empty":                       {"", nil},
		"overlapping suffixes":        {"ushers", []Hit{{3, 4}, {4, 6}}},
		"case is ignored":             {"ACCESS DeNied", []Hit{{0, 13}, {1, 13}}},
		"wrapped and indented":        {"Access\n\t   denied.", []Hit{{0, 17}, {1, 17}}},
		"twice":                       {"denied denied", []Hit{{1, 6}, {1, 13}}},
		"other bytes reset":           {"access-denied", []Hit{{1, 13}}},
		"multi-byte text in between":  {"é denied ’denied", []Hit{{1, 9}, {1, 19}}},
		"blank run at start is blank": {"  \n his", []Hit{{2, 7}}},
	}
	set := New(literals)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []Hit
			set.Scan(tt.text, func(h Hit) { got = append(got, h) })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("hits (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzScan holds the automaton against a plain search in the folded text.
func FuzzScan(f *testing.F) {
	f.Add("Access  denied", "denied", "ss d")
	f.Add("aaaa", "aa", "a")
	f.Fuzz(func(t *testing.T, text, a, b string) {
		if len(text) > 2000 || len(a) > 50 || len(b) > 50 || hasBlankRun(a) || hasBlankRun(b) {
			t.Skip()
		}
		got := make([]int, 2)
		New([]string{a, b}).Scan(text, func(h Hit) { got[h.Literal]++ })
		for i, lit := range []string{a, b} {
			if want := countOverlapping(foldAll(text), foldAll(lit)); got[i] != want {
				t.Errorf("%q found %d times in %q, want %d", lit, got[i], text, want)
			}
		}
	})
}

func hasBlankRun(s string) bool { return len(foldAll(s)) != len(s) }

func foldAll(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := fold(s[i])
		if c == blank && i > 0 && fold(s[i-1]) == blank {
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func countOverlapping(text, lit string) int {
	n := 0
	for i := 0; lit != "" && i+len(lit) <= len(text); i++ {
		if text[i:i+len(lit)] == lit {
			n++
		}
	}
	return n
}

func BenchmarkScanNothingFound(b *testing.B) {
	set := New([]string{"access denied", "is not authorized to perform", "i/o timeout", "out of memory", "unable to locate credentials"})
	text := strings.Repeat("2026-11-22T08:00:00Z INFO  request handled path=/orders/42 status=200 took=12ms\n", 100_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		set.Scan(text, func(Hit) { b.Fatal("found something") })
	}
}
