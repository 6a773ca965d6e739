package render_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/render"
	"whystopped/internal/words"
)

// hostile are texts that try to be more than text.
var hostile = []string{
	"[x](http://evil.example)", "![x](http://evil.example)", "<script>alert(1)</script>", "<!-- ", "http://evil.example",
	"www.evil.example", "@octocat", "me@evil.example", "#1", "# heading", "## heading", "- item", "+ item", "1. item", "> quote",
	"---", "===", "| a | b |", "a|b", "\\|", "\\", "`", "``", "```", "````\nout", "``` ```", "~~~\nout\n~~~", "*a*", "__a__", "~~a~~", "&lt;", "$a$", ":+1:",
	"a\n\n# heading", "a\r# heading", "a\u2028# heading", "a\u0085# heading", "    indented", "\t```", "a`b`[x](http://evil.example)", "`\\|[x](http://evil.example)",
	"(<http://evil.example>)", "\"@octocat\"", "evil.example/x", "[ref]: http://evil.example", "[^1]: note", "a  \nb", "\x1b[2J", "\x9b31m", "\u202e", "\xff`",
}

// everywhere puts a text into every part of a diagnosis that others can write.
func everywhere(s string) diagnose.Diagnosis {
	role := &diagnose.AttachTo{Kind: verdict.TaskRole, ARN: s, Name: s, ConsoleURL: "javascript:alert(1)"}
	finding := diagnose.Finding{
		Cause: s, Confidence: verdict.Confidence(s), Primary: true, Title: words.Plain(s), Summary: words.Plain(s), Why: words.Plain(s),
		Evidence: []diagnose.Quote{{Source: s, Text: s, Ref: s, Task: s}},
		Denied:   []diagnose.DeniedCall{{Principal: s, Action: s, Resource: s, PolicyARN: &s, PolicyType: verdict.PolicyType(s)}},
	}
	other := finding
	other.Primary = false
	return diagnose.Diagnosis{
		Task: diagnose.TaskView{ARN: s, ID: s, Cluster: s, Account: s, Region: s, Group: s, LastStatus: s, StoppedReason: s},
		Verdict: diagnose.Verdict{
			Cause: s, Phase: verdict.Phase(s), Identity: verdict.Identity{Kind: verdict.TaskRole, ARN: s}, Category: verdict.Category(s),
			Confidence: verdict.Confidence(s), Title: words.Plain(s), Summary: words.Plain(s),
		},
		Findings: []diagnose.Finding{finding, other},
		Fix: diagnose.Fix{
			Summary: words.Plain(s), AttachTo: role, Steps: words.PlainLines(s + " step"), Snippets: iampolicy.Snippets{CLI: s},
			Policies: []diagnose.Policy{{
				Purpose: "denied", Kind: "key-policy", Resource: s, Placeholders: []string{s}, Detail: words.Plain(s), NeededNext: []string{s},
				Document: iampolicy.Document{Statement: []iampolicy.Statement{{Effect: "Allow", Resource: []string{s}}}},
				Verified: diagnose.Verified{Status: "not-verified", By: s, Detail: words.Plain(s)},
			}},
		},
		Caveats: words.PlainLines(s), Brought: true, BroughtBy: s,
	}
}

// TestHostileMarkdown reads what is rendered as a Markdown reader would: blocks
// of code first, then code spans; what is left may hold no mark but our own.
func TestHostileMarkdown(t *testing.T) {
	for _, s := range hostile {
		got := render.Markdown(everywhere(s), "")
		prose, blocks := outsideOfFences(t, got)
		if blocks != 3 { // the command, the policy and the quote
			t.Errorf("%q: %d blocks of code, want 3:\n%s", s, blocks, got)
		}
		headings := 0
		for _, line := range prose {
			if strings.HasPrefix(line, "#") {
				headings++
			}
			checkLine(t, line)
		}
		if headings != 7 {
			t.Errorf("%q: %d headings, want 7:\n%s", s, headings, got)
		}
	}
}

var (
	// ours are the beginnings of lines that are marks of Markdown.
	ours = regexp.MustCompile(`^(?:# |> Based on evidence that |## (?:Fix|Denied|Evidence|Also found|What we couldn't check)$|### Policy$|- |1\. |\|)`)
	// mark is what begins a block, active what does something within one.
	mark   = regexp.MustCompile(`^\s*(?:[-+*>#=~]|\d+[.)](?:\s|$)|    )`)
	active = regexp.MustCompile("[`\\\\*_<>\\[\\]~@#|$]|://|(?i:www)\\.|&[^#]")
)

// htmlName is a name that is written as HTML, without any letter of Markdown.
var htmlName = regexp.MustCompile(`<code>(?:[\p{L}\p{N} \x{fffd}]|&#\d+;)*</code>`)

// checkLine holds a line outside of blocks of code to having no mark but ours.
func checkLine(t *testing.T, line string) {
	t.Helper()
	begins := ours.FindString(line)
	if begins == "" && mark.MatchString(line) {
		t.Errorf("a line begins with a mark: %q", line)
	}
	rest := strings.TrimPrefix(withoutCode(t, line), begins)
	if begins == "|" {
		if n := strings.Count(rest, "|"); n != 2 && n != 4 {
			t.Errorf("%d more bars in a row, want those of two or four cells: %q", n, line)
		}
		rest = strings.NewReplacer("|", "", "---", "").Replace(rest)
	}
	if bad := active.FindString(rest); bad != "" {
		t.Errorf("%q stands outside of code: %q", bad, line)
	}
}

// outsideOfFences returns the lines that stand outside of blocks of code, and how
// many blocks there are.
func outsideOfFences(t *testing.T, markdown string) (prose []string, blocks int) {
	t.Helper()
	open := 0 // the length of the fence of the block that is open
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\n")
		ticks := len(line) - len(strings.TrimLeft(line, "`"))
		switch {
		case open > 0 && ticks >= open && strings.TrimSpace(line[ticks:]) == "":
			open = 0
		case open > 0:
		case ticks >= 3 && !strings.Contains(line[ticks:], "`"):
			open, blocks = ticks, blocks+1
		default:
			prose = append(prose, line)
		}
	}
	if open > 0 {
		t.Errorf("a block of code has no end:\n%s", markdown)
	}
	return prose, blocks
}

// withoutCode takes the code spans out of a line, and names written as HTML. A
// bar in a code span still divides the cells of a table, so it stays.
func withoutCode(t *testing.T, line string) string {
	t.Helper()
	line = htmlName.ReplaceAllString(line, "")
	var rest strings.Builder
	for {
		start := strings.IndexByte(line, '`')
		if start < 0 {
			return rest.String() + line
		}
		run := len(line[start:]) - len(strings.TrimLeft(line[start:], "`"))
		rest.WriteString(line[:start])
		line = line[start+run:]
		end := closing(line, run)
		if end < 0 {
			t.Errorf("a code span has no end: %q", line)
			return rest.String()
		}
		if inTable := strings.HasPrefix(rest.String(), "|"); inTable {
			rest.WriteString(strings.Repeat("|", strings.Count(line[:end], "|")))
		}
		line = line[end+run:]
	}
}

// closing finds the run of exactly so many backticks; -1 where there is none.
func closing(line string, run int) int {
	for i := 0; i < len(line); i++ {
		ticks := len(line[i:]) - len(strings.TrimLeft(line[i:], "`"))
		if ticks == run {
			return i
		}
		i += max(ticks-1, 0)
	}
	return -1
}

// TestNothingForATerminalToObey holds for both forms.
func TestNothingForATerminalToObey(t *testing.T) {
	for _, s := range hostile {
		d := everywhere(s)
		for form, got := range map[string]string{"text": render.Text(d, s), "Markdown": render.Markdown(d, s), "line": render.Line(s)} {
			for _, r := range got {
				if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
					t.Errorf("%s of %q has %U", form, s, r)
				}
			}
		}
	}
	if got := render.Line("one\ntwo\x1b[2J\n"); got != "one two\ufffd[2J\n" {
		t.Errorf("Line = %q", got)
	}
}

// TestColumns holds lines to 80 columns, but for commands and for words that
// are longer.
func TestColumns(t *testing.T) {
	d := everywhere(strings.Repeat("words of a length ", 40))
	d.Fix.Snippets.CLI = "aws"
	for line := range strings.Lines(render.Text(d, "")) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	long := "arn:aws:s3:::" + strings.Repeat("x", 100)
	if got := render.Text(everywhere(long), ""); !strings.Contains(got, "  | "+long+"\n") {
		t.Errorf("the long name is not whole:\n%s", got)
	}
	command := "aws iam put-role-policy " + strings.Repeat("--option value ", 10) + "\\\n  --last"
	d.Fix.Snippets.CLI = command
	if got := render.Text(d, ""); !strings.Contains(got, "\n\n"+command+"\n") {
		t.Errorf("the command is not as it was:\n%s", got)
	}
}
