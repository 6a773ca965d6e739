package slack

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
)

const hostile = "<!channel> <!here|x> @here @channel @everyone <@U0123456789> <https://evil.example|click> & &lt; *bold* `code` ```\nout of the fence\n``` \u202eabc\x00\x1b[31m\xff> quote"

// fill puts text into every string that a value holds; lists get seven items,
// and fewer the deeper they are.
func fill(v reflect.Value, text string) { fillLists(v, text, 7) }

func fillLists(v reflect.Value, text string, items int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != reflect.TypeFor[time.Time]() {
				fillLists(v.Field(i), text, items)
			}
		}
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		fillLists(v.Elem(), text, items)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), items, items))
		for i := range v.Len() {
			fillLists(v.Index(i), text, max(1, items-3))
		}
	case reflect.Bool:
		v.SetBool(true)
	}
}

// ours are the only things in angle brackets that we write ourselves.
var ours = regexp.MustCompile(`<https://why\.example\.com/[^<>|]*\|[^<>|]*>|<!date\^[0-9]+\^\{date_short_pretty\} \{time\}\|[0-9: -]+UTC>`)

var bareAmpersand = regexp.MustCompile(`&(?:[^alg]|a[^m]|$)`)

func checkHarmless(t *testing.T, text string) {
	t.Helper()
	rest := ours.ReplaceAllString(text, "")
	for _, bad := range []string{"<", ">", "@here", "@channel", "@everyone", "\u202e", "\x00", "\x1b"} {
		if strings.Contains(rest, bad) {
			t.Errorf("%q is in %q", bad, rest)
		}
	}
	if !utf8.ValidString(text) {
		t.Errorf("%q is not UTF-8", text)
	}
	if bareAmpersand.MatchString(rest) {
		t.Errorf("an ampersand is not escaped in %q", rest)
	}
	// What is fenced ends where the text ends; no fence is opened elsewhere.
	if n := strings.Count(text, "```"); n != 0 && (n != 2 || !strings.HasSuffix(text, "\n```")) {
		t.Errorf("%d fences in %q", n, text)
	}
	outside, _, _ := strings.Cut(text, "```")
	if strings.Count(outside, "`")%2 != 0 || strings.Count(outside, "*")%2 != 0 {
		t.Errorf("code or bold is left open in %q", outside)
	}
}

func TestHostileEvidenceStaysText(t *testing.T) {
	for name, text := range map[string]string{
		"markup": hostile, "a lot of it": strings.Repeat(hostile, 40), "escapes": strings.Repeat("&", 4_000), "wide letters": strings.Repeat("ß漢", 2_000),
		"lines": strings.Repeat("a\n", 2_000), "backticks": strings.Repeat("`", 4_000), "nothing": "", "blanks": " \n\t",
	} {
		t.Run(name, func(t *testing.T) {
			var d diagnose.Diagnosis
			fill(reflect.ValueOf(&d).Elem(), text)
			for i := range d.Fix.Policies {
				d.Fix.Policies[i].Purpose = "denied"
			}
			var in casebook.Incident
			fill(reflect.ValueOf(&in).Elem(), text)
			in.Count, in.First, in.Last = 12, time.Unix(1e9, 0), time.Unix(2e9, 0)
			service, family := in, in
			service.Place.Group, family.Place.Group = "service:"+text, "family:"+text
			for _, m := range []message{
				verdictMessage(d, reportLink(publicURL, d.ID)), verdictSummary(d), incidentMessage(in, publicURL), incidentMessage(service, publicURL), incidentMessage(family, publicURL),
				mergedMessage(in, publicURL), updateMessage(announced{Count: 1}, in),
				plain(prose(text, maxSummary) + "x"), usage(prose(text, maxSummary)),
			} {
				checkHarmless(t, string(m.text))
				blocks, err := json.Marshal(m.blocks)
				if err != nil {
					t.Fatal(err)
				}
				for _, text := range textsOf(t, string(blocks)) {
					checkHarmless(t, text)
				}
			}
		})
	}
}

func TestPolicyThatIsTooLongIsNotCut(t *testing.T) {
	d := sampleDiagnosis()
	statement := &d.Fix.Policies[0].Document.Statement[0]
	room := func(n int) string {
		statement.Resource = nil
		for range n {
			statement.Resource = append(statement.Resource, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x")
		}
		return string(policyText(d.Fix.Policies[0]))
	}
	if text := room(45); strings.Contains(text, "\n  ") || !strings.HasSuffix(text, "}]}\n```") {
		t.Errorf("a policy that fits into one line only is written as %q", text)
	}
	if text := room(100); strings.Contains(text, "```") || !strings.Contains(text, "from the report") {
		t.Errorf("a policy that does not fit is written as %q", text)
	}
}

func TestAPolicyIsPastedAsItIs(t *testing.T) {
	p := sampleDiagnosis().Fix.Policies[0]
	const resource = "arn:aws:s3:::a`b@here<c>&*"
	p.Document.Statement[0].Resource = []string{resource}
	checkHarmless(t, string(policyText(p)))
	pasted := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(string(policyText(p))) // as Slack shows it
	checkPolicy(t, []string{pasted}, p.Document)
}

func TestFit(t *testing.T) {
	for limit := range 40 {
		for _, s := range []string{"", "abc", "a&b&c&d&e&f&g&h", strings.Repeat("漢", 20), "aaaa&&&&漢漢漢漢````"} {
			got := string(prose(s, limit))
			if len(got) > limit || !utf8.ValidString(got) {
				t.Errorf("prose(%q, %d) = %q", s, limit, got)
			}
			if strings.HasSuffix(got, "…") && len(got) < limit-len("漢…") {
				t.Errorf("prose(%q, %d) = %q, which leaves room", s, limit, got)
			}
		}
	}
}

func TestLinksOpenOnlyAddressesOfPeople(t *testing.T) {
	for _, address := range []string{"", "javascript:alert(1)", "https://", "https://x|y", "https://x>y", "https://x y", "https://x/" + strings.Repeat("a", 4000), "slack://x"} {
		if got := link(address, "the label", maxField); got != "the label" {
			t.Errorf("link(%q) = %q, want the label alone", address, got)
		}
	}
	if got := link("https://x.example/?a=1&b=2", "a|b>", maxField); got != "<https://x.example/?a=1&amp;b=2|a|b&gt;>" {
		t.Errorf("link = %q", got)
	}
}

func TestWordsForEveryKind(t *testing.T) {
	for _, kind := range []verdict.IdentityKind{
		verdict.ExecutionRole, verdict.TaskRole, verdict.InstanceRole, verdict.ServiceLinkedRole, verdict.InfrastructureRole, verdict.Caller,
		verdict.NoIdentity, verdict.UnknownIdentity,
	} {
		if label("identity", kind) == string(kind) {
			t.Errorf("no words for %s", kind)
		}
	}
	if got := whose(verdict.Identity{}); got != "Identity unknown" {
		t.Errorf("no identity is said as %q", got)
	}
	if got := whose(verdict.Identity{Kind: verdict.TaskRole, ARN: "arn:aws:sts::111122223333:assumed-role/api-task/0f1e2d3c"}); got != "Task role `api-task`" {
		t.Errorf("a session is said as %q, want its role", got)
	}
}
