package layout

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"whystopped/internal/diagnose/catalogue"
	"whystopped/internal/words"
)

// unwanted are wordings that must not come back, and what to write instead: plain
// American English in AWS's terms.
var unwanted = []struct{ pattern, instead string }{
	{`mend(s|ed|ing)?`, "fix"},
	{`may not`, "isn't allowed to, or might not"},
	{`IAM matters?`, "an IAM problem"},
	{`alike`, "for the same reason"},
	{`(tells?|told) of`, "shows, reports"},
	{`(is|are|was|were|be) told`, "is notified"},
	{`kept`, "stored, saved"},
	{`look(s|ed|ing)? (into|at)`, "diagnosed, read, checked"},
	{`look again`, "diagnose again"},
	{`anew|afresh`, "again"},
	{`by (itself|themselves)`, "automatically"},
	{`(who|whoever|people who) may (ask|look|read)`, "users with access"},
	{`comes? again`, "retries"},
	{`ow(e|es|ed)`, "pending, queued"},
	{`commas between`, "comma-separated"},
	{`start-up`, "startup"},
	{`stopped from outside`, "stopped by ECS, AWS or a user"},
	{`undecided`, "inconclusive"},
	{`at fault|whose fault`, "denied, responsible"},
	{`of late|lately`, "recently"},
	{`ended`, "stopped, exited"},
	{`refus(e|es|ed|al|als|ing)`, "denied, rejected"},
	{`outright`, "stated by AWS"},
	{`(says?|said) no(thing)?`, "denied"},
	{`(no|a) way (to|there|through|out)`, "a route, unreachable"},
	{`of (its|their) own error|error of its own`, "name the error"},
	{`speaks? of`, "mentions, is about"},
	{`gone`, "deleted, no longer exists"},
	{`going on|goes on|go on`, "ongoing, continues"},
	{`there and then`, "at that time"},
	{`slip of the pen`, "typo"},
	{`patience`, "a rate limit"},
	{`round in circles`, "loops"},
	{`worn? (down|out)`, "overloaded"},
	{`ought`, "should"},
	{`let(s)? in`, "has access"},
	{`(everybody|everyone|only|those) whom`, "who, or name them"},
	{`beside`, "besides, in addition to"},
	{`is over|are over`, "resolved"},
	{`cannot be told|could be told`, "can't be determined"},
	{`is taken back`, "is rolled back"},
	{`killed for`, "killed because"},
	{`in part`, "partly"},
}

// accepted are phrases in which an unwanted word is right, names of fields, and names
// of arguments.
var accepted = regexp.MustCompile(`(?i)connection (was )?refused|event kept|\(kept |\{\w+`)

func unwantedIn(text string) []string {
	var found []string
	text = accepted.ReplaceAllString(text, " ")
	for _, u := range compiled {
		if at := u.re.FindString(text); at != "" {
			found = append(found, strconv.Quote(at)+" ("+u.instead+")")
		}
	}
	return found
}

type wording struct {
	re      *regexp.Regexp
	instead string
}

var compiled = func() (all []wording) {
	for _, u := range unwanted {
		all = append(all, wording{regexp.MustCompile(`(?i)\b(?:` + u.pattern + `)\b`), u.instead})
	}
	return all
}()

// rewriting are the packages and documents that aren't read: the suite of the store,
// which only its authors see.
var rewriting = []string{"internal/store/storetest"}

// rewritten reports whether a file's wording has to be plain English.
func rewritten(name string) bool {
	return !under(name, rewriting)
}

// TestMessagesAreInPlainEnglish reads every template that people see.
func TestMessagesAreInPlainEnglish(t *testing.T) {
	for _, templates := range []map[string]string{words.English().Templates, catalogue.Templates()} {
		for id, template := range templates {
			for _, found := range unwantedIn(template) {
				t.Errorf("%s: %s in %q", id, found, template)
			}
		}
	}
}

var argument = regexp.MustCompile(`\{[^}]*\}`)

// TestTitlesAreShort: a title has at most 12 words. An argument counts as one.
func TestTitlesAreShort(t *testing.T) {
	for _, k := range catalogue.All() {
		if n := len(strings.Fields(argument.ReplaceAllString(k.Title, "X"))); n > 12 {
			t.Errorf("%s: the title has %d words, more than 12: %s", k.Code, n, k.Title)
		}
	}
}

// documents are the files that people read or install from.
var documents = []string{"*.md", "docs/*.md", "docs/*.svg", "deploy/*/*", "deploy/*/*/*"}

func TestDocumentsAreInPlainEnglish(t *testing.T) {
	for _, pattern := range documents {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := strings.TrimPrefix(filepath.ToSlash(file), root+"/")
			if info, err := os.Stat(file); err != nil || info.IsDir() || !rewritten(name) {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for n, line := range strings.Split(prose(string(text)), "\n") {
				for _, found := range unwantedIn(line) {
					t.Errorf("%s:%d: %s in %q", name, n+1, found, strings.TrimSpace(line))
				}
			}
		}
	}
}

var code = regexp.MustCompile("(?s)```.*?\n```|`[^`\n]*`")

// prose blanks the code of a Markdown text, which quotes AWS and programs, and
// leaves its lines where they are.
func prose(text string) string {
	return code.ReplaceAllStringFunc(text, func(c string) string { return strings.Repeat("\n", strings.Count(c, "\n")) })
}

// quoting are the packages whose literals are the words of others: of AWS, of
// applications, of a reference.
var quoting = []string{
	"internal/diagnose/catalogue", "internal/diagnose/cause", "internal/diagnose/denial", "internal/diagnose/outside",
	"internal/awsclient/awsfake", "internal/iampolicy/sar",
}

// TestLiteralsAreInPlainEnglish reads what the program says in its own code: errors,
// log messages, flags, metrics, descriptions of fields.
func TestLiteralsAreInPlainEnglish(t *testing.T) {
	eachLiteral(t, func(file string, line int, literal string) {
		if !rewritten(file) {
			return
		}
		for _, found := range unwantedIn(literal) {
			t.Errorf("%s:%d: %s in %q", file, line, found, literal)
		}
	})
}

func eachLiteral(t *testing.T, visit func(file string, line int, literal string)) {
	t.Helper()
	for _, f := range sources(t) {
		if under(f.name, quoting) {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && len(strings.Fields(s)) >= 3 {
					visit(f.name, f.set.Position(lit.Pos()).Line, s)
				}
			}
			return true
		})
	}
}
