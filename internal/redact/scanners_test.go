package redact_test

import (
	"hash/fnv"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"whystopped/internal/redact"
)

// cases reads files of testdata: a line "=== NAME" begins a case, whose text goes
// up to the next.
func cases(t *testing.T, files ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, all, _ := strings.Cut(string(text), "\n=== ")
		for c := range strings.SplitSeq(all, "\n=== ") {
			name, body, _ := strings.Cut(c, "\n")
			if _, twice := out[name]; twice {
				t.Fatalf("%s: two cases are named %q", file, name)
			}
			out[name] = strings.TrimSuffix(body, "\n")
		}
	}
	return out
}

// alphabets are what the secrets of a shape consist of.
var alphabets = map[string]string{
	"hex":     "0123456789abcdef",
	"digits":  "0123456789",
	"letters": "abcdefghijklmnopqrstuvwxyz",
	"upper":   "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
	"alnum":   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	"base64":  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	"pass":    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!$*.-_^~+",
}

var blank = regexp.MustCompile(`‹(\w+) (\d+)›`)

// filled puts made-up secrets into the blanks of a shape: ‹alnum 20›. The same
// shape always gets the same.
func filled(t *testing.T, shape string) (text string, secrets []string) {
	t.Helper()
	seed := fnv.New64a()
	seed.Write([]byte(shape))
	random := rand.New(rand.NewPCG(seed.Sum64(), 1))
	text = blank.ReplaceAllStringFunc(shape, func(b string) string {
		m := blank.FindStringSubmatch(b)
		n, err := strconv.Atoi(m[2])
		if err != nil || alphabets[m[1]] == "" {
			t.Fatalf("no such blank: %s", b)
		}
		made := secretOf(alphabets[m[1]], n, random)
		secrets = append(secrets, made)
		return made
	})
	return text, secrets
}

// secretOf makes a secret that has a letter or digit at both ends, and both of
// them in it where its alphabet has them.
func secretOf(alphabet string, n int, random *rand.Rand) string {
	for {
		var b strings.Builder
		for range n {
			b.WriteByte(alphabet[random.IntN(len(alphabet))])
		}
		s := b.String()
		mixed := strings.ContainsAny(s, "0123456789") && strings.Trim(s, "0123456789") != ""
		if strings.Trim(s, "!$*.-_^~+/") == s && (mixed || alphabet == alphabets["digits"] || alphabet == alphabets["letters"]) {
			return s
		}
	}
}

// missed are shapes that stay, and why.
var missed = map[string]string{
	"privacyIDEA: its log": "an argument without a name, far from that of its function",
}

// TestWhatOtherScannersFindGoes holds the rules to shapes that nobody wrote for
// them: one a case, as it is and where programs print it.
func TestWhatOtherScannersFindGoes(t *testing.T) {
	for name, shape := range cases(t, "secrets.txt", "secrets_fresh.txt", "secrets_third.txt") {
		if missed[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			text, secrets := filled(t, shape)
			if len(secrets) == 0 {
				t.Fatal("the shape has no secret in it")
			}
			for _, in := range []string{text, "2026-11-22T08:00:00Z INFO " + text + "\nnext line", "\x1b[32m" + text + "\x1b[0m"} {
				out := redact.Text(in)
				for _, s := range secrets {
					if len(s) > 4 && strings.Contains(out, s) {
						t.Errorf("%q stays in\n%s", s, out)
					}
				}
				if again := redact.Text(out); again != out {
					t.Errorf("not the same again:\n%s\n%s", out, again)
				}
			}
		})
	}
}

// TestHarmlessTextsStay holds them to texts that only look like secrets.
func TestHarmlessTextsStay(t *testing.T) {
	for name, text := range cases(t, "harmless.txt", "harmless_fresh.txt", "harmless_third.txt") {
		t.Run(name, func(t *testing.T) {
			for _, in := range []string{text, "2026-11-22T08:00:00Z INFO " + text + "\nnext line", "\x1b[32m" + text + "\x1b[0m"} {
				if out := redact.Text(in); out != in {
					t.Errorf("%s\nbecame\n%s", in, out)
				}
			}
		})
	}
}
