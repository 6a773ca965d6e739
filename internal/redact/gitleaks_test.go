package redact_test

import (
	"math/rand/v2"
	"os"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"whystopped/internal/redact"
)

// notOurs are rules of gitleaks whose finds stay, and why.
var notOurs = map[string]string{
	"generic-api-key":                    "goes by randomness, as ARNs, ids and digests are random; names are told apart in another way",
	"adobe-client-id":                    "an id is no secret",
	"asana-client-id":                    "an id is no secret",
	"bitbucket-client-id":                "an id is no secret",
	"discord-client-id":                  "an id is no secret",
	"linkedin-client-id":                 "an id is no secret",
	"looker-client-id":                   "an id is no secret",
	"messagebird-client-id":              "an id is no secret",
	"new-relic-user-api-id":              "an id is no secret",
	"plaid-client-id":                    "an id is no secret",
	"sendbird-access-id":                 "an id is no secret",
	"sumologic-access-id":                "an id is no secret",
	"flutterwave-public-key":             "public",
	"authress-service-client-access-key": "no shape but dots, as hosts and module paths have them",
	"facebook-access-token":              "no shape but a number and a bar, as tables have them",
	"kubernetes-secret-yaml":             "names and values of any kind, in a manifest that no task prints",
	"sidekiq-secret":                     "the name of the variable is a host",
}

// written are examples for rules from which none can be made that its maker
// would give out: rules without regard to case, and those with very short forms.
var written = map[string]struct{ before, secret, after string }{
	"clojars-api-token":             {"", "CLOJARS_" + strings.Repeat("a1b2c3", 10), ""},
	"defined-networking-api-token":  {"DNKEY_TOKEN=", "dnkey-" + strings.Repeat("A", 26) + "-" + strings.Repeat("b", 52), ""},
	"dropbox-long-lived-api-token":  {"DROPBOX_TOKEN=", "abcdefghijk" + "AAAAAAAAAA" + strings.Repeat("b", 43), ""},
	"dropbox-short-lived-api-token": {"DROPBOX_TOKEN=", "sl." + strings.Repeat("Bc4d5", 27), ""},
	"grafana-api-key":               {"", "eyJrIjoi" + strings.Repeat("T0tUU", 15), ""},
	"jwt":                           {"", jwt + "c2lnbmF0dXJl", ""},
	"nuget-config-password":         {`<add key="ClearTextPassword" value="`, "hunter2-hunter2", `" />`},
	"private-key":                   {"", "-----BEGIN PRIVATE " + "KEY-----\n" + base64Line + "\n" + base64Line + "\n-----END PRIVATE KEY-----", ""},
	"sidekiq-sensitive-url":         {"https://8cbf4a21:", "9fe61d7b", "@gems.contribsys.com/"},
	"slack-app-token":               {"", "xapp-" + "1-A0123456789-0123456789012-0a1b2c3d4e5f", ""},
	"slack-config-access-token":     {"", "xoxe.xoxp-" + "1-" + strings.Repeat("Mi0yL", 33), ""},
	"slack-legacy-token":            {"", "xoxs-" + "123456789-123456789-123456789-0a1b2c3d", ""},
	"sonar-api-token":               {"SONAR_TOKEN=", "squ_" + strings.Repeat("0a1b2", 8), ""},
}

// TestWhatGitleaksFindsGoes makes a secret for every rule of gitleaks, from the
// rule itself, and puts it where programs print secrets.
func TestWhatGitleaksFindsGoes(t *testing.T) {
	text, err := os.ReadFile("testdata/gitleaks.txt")
	if err != nil {
		t.Fatal(err)
	}
	rules := 0
	for line := range strings.Lines(string(text)) {
		id, pattern, isRule := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if _, stays := notOurs[id]; stays || !isRule {
			continue
		}
		rules++
		text, secret := example(t, id, pattern)
		if found := regexp.MustCompile(pattern).FindString(text); !strings.Contains(found, secret) {
			t.Errorf("%s does not find what was made for it: %q", id, text)
		}
		for _, in := range []string{text, "using " + text + " now", `line\n` + text + `\n`, "\x1b[32m" + text + "\x1b[0m"} {
			if out := redact.Text(in); strings.Contains(out, secret) {
				t.Errorf("%s: %q stays %q", id, in, out)
			}
		}
	}
	if rules < 100 {
		t.Errorf("only %d rules were tried", rules)
	}
}

// operator is the part of the rules that want a service's name before a value.
const operator = `(?:=|>|:{1,3}=|`

// example makes a text in which a rule finds a secret: a variable with the rule's
// name for those that want a service's name, and else what the whole pattern
// says.
func example(t *testing.T, id, pattern string) (text, secret string) {
	t.Helper()
	if w, ok := written[id]; ok {
		return w.before + w.secret + w.after, w.secret
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	random := rand.New(rand.NewPCG(1, uint64(len(id))))
	if strings.Contains(pattern, operator) {
		secret = made(group(re), random)
		return strings.ToUpper(strings.ReplaceAll(id, "-", "_")) + "=" + secret, secret
	}
	text = made(re, random)
	secret = text
	for _, g := range regexp.MustCompile(pattern).FindStringSubmatch(text) {
		if g != "" {
			secret = g // the last group is the narrowest
		}
	}
	return text, secret
}

func group(re *syntax.Regexp) *syntax.Regexp {
	if re.Op == syntax.OpCapture {
		return re
	}
	for _, sub := range re.Sub {
		if g := group(sub); g != nil {
			return g
		}
	}
	return nil
}

// made makes a text that a pattern matches.
func made(re *syntax.Regexp, r *rand.Rand) string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return strings.ToLower(string(re.Rune))
		}
		return string(re.Rune)
	case syntax.OpCharClass:
		return string(oneOf(re.Rune, r))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "." // what is meant where the dot of a host is not escaped
	case syntax.OpAlternate:
		return made(re.Sub[0], r)
	case syntax.OpRepeat, syntax.OpPlus, syntax.OpQuest, syntax.OpStar:
		times := map[syntax.Op]int{syntax.OpRepeat: re.Min, syntax.OpPlus: 1}[re.Op]
		return strings.Join(slices.Collect(func(yield func(string) bool) {
			for range times {
				part := made(re.Sub[0], r)
				if part == "." {
					part = "q"
				}
				yield(part)
			}
		}), "")
	}
	var b strings.Builder
	for _, sub := range re.Sub {
		b.WriteString(made(sub, r))
	}
	return b.String()
}

// oneOf picks a printable character of a class, which is a list of ranges, or a
// blank where it has none.
func oneOf(ranges []rune, r *rand.Rand) rune {
	var all []rune
	for i := 0; i < len(ranges); i += 2 {
		for c := max(ranges[i], '!'); c <= min(ranges[i+1], '~'); c++ {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return ' '
	}
	return all[r.IntN(len(all))]
}
