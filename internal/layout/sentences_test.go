package layout

import (
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// belowTheEdge are the packages whose sentences are messages: they are stored, and
// said again in whatever language somebody reads.
var belowTheEdge = []string{
	"internal/arn", "internal/awsclient", "internal/casebook", "internal/collect", "internal/diagnose", "internal/iampolicy", "internal/ingest",
	"internal/permissions", "internal/problem", "internal/redact", "internal/store", "internal/taskref",
}

// quotesOthers are those among them, and files of them, whose literals aren't
// sentences of ours to people who read a report, with the reason.
var quotesOthers = map[string]string{
	"internal/diagnose/catalogue":                "English next to its cause, and AWS's texts",
	"internal/diagnose/cause":                    "texts that recognize",
	"internal/diagnose/denial":                   "AWS's sentences",
	"internal/diagnose/outside":                  "what quotes a request or a user",
	"internal/diagnose/fix/beyond.go":            "AWS's texts",
	"internal/diagnose/fix/keeper.go":            "AWS's texts",
	"internal/diagnose/evidence/role.go":         "AWS's texts",
	"internal/awsclient/awsfake":                 "AWS's texts",
	"internal/awsclient/source/logdenials.go":    "patterns of CloudWatch Logs Insights",
	"internal/redact":                            "names and shapes of secrets",
	"internal/iampolicy/sar":                     "the Service Authorization Reference",
	"internal/iampolicy/snippet":                 "comments of commands and templates",
	"internal/iampolicy/passrole.go":             "words in the names of roles",
	"internal/iampolicy/validate.go":             "what is wrong with a document; tests read it",
	"internal/store/storetest":                   "names of a test's cases",
	"internal/store/pgtest":                      "a test's own failures",
	"internal/diagnose/evidence/bounds.go":       "what is wrong with a field of a request",
	"internal/diagnose/evidence/decode.go":       "what is wrong with a field of a request",
	"internal/diagnose/evidence/decode_parts.go": "what is wrong with a field of a request",
	"internal/diagnose/evidence/fromtext.go":     "what is wrong with a field of a request",
}

// sentence is three words in a row.
var sentence = regexp.MustCompile(`[A-Za-z][a-z']+ [a-z']+ [a-z']+`)

// statement is SQL, or a list of columns.
var statement = regexp.MustCompile(`\b(SELECT|INSERT|UPDATE|DELETE|CREATE|WHERE|VALUES|PRAGMA|ALTER|FROM)\b|\w_\w.*, \w`)

// aside are calls whose texts nobody reads in a report: errors and logs, which stay
// English, and what looks for a text of somebody else.
var aside = regexp.MustCompile(`^(fmt\.Errorf|errors\.New|panic|strings\.\w+|regexp\.\w+|.*\.(Debug|Info|Warn|Error)(Context)?)$`)

// spoken are the literals below the edge that hold a sentence all the same, with the
// reason.
var spoken = map[string]string{
	"configured at launch": "a value of a volume in what changed",
	"on the host":          "a value of a volume in what changed",
	"keys of incidents":    "rows in an error",
}

// TestSentencesAreMessages holds that below the edge no sentence is made but as a
// message: what has three words in a row stands in internal/words or the catalogue.
func TestSentencesAreMessages(t *testing.T) {
	for _, f := range sources(t) {
		if !under(f.name, belowTheEdge) || under(f.name, slices.Collect(maps.Keys(quotesOthers))) {
			continue
		}
		eachSentence(f, func(line int, s string) {
			if _, ok := spoken[s]; !ok {
				t.Errorf("%s:%d: a sentence that is no message: %q", f.name, line, s)
			}
		})
	}
}

// markup is what a template has besides text.
var markup = regexp.MustCompile(`(?s)\{\{.*?\}\}|<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>`)

// TestTemplatesHoldNoSentence holds that the words of a page are messages, too.
func TestTemplatesHoldNoSentence(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "web/templates/*.html"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d templates, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := sentence.FindString(markup.ReplaceAllString(string(text), "|")); found != "" {
			t.Errorf("%s: a sentence that is no message: %q", filepath.Base(file), found)
		}
	}
}

// TestExceptionsExist keeps the list of what is not read short.
func TestExceptionsExist(t *testing.T) {
	for name := range quotesOthers {
		if !slices.ContainsFunc(sources(t), func(f source) bool { return within(f.name, name) }) {
			t.Errorf("%s does not exist any more; take it out of the list", name)
		}
	}
}

// under reports whether a file is one of the parents or in a folder of theirs.
func under(name string, parents []string) bool {
	return slices.ContainsFunc(parents, func(p string) bool { return within(name, p) })
}

// eachSentence visits the literals that read as a sentence and reach people.
func eachSentence(f source, visit func(line int, s string)) {
	ast.Inspect(f.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			return !aside.MatchString(callee(n.Fun))
		case *ast.Field:
			return n.Tag == nil // tags describe fields for tools
		case *ast.BasicLit:
			if n.Kind != token.STRING {
				return false
			}
			s, err := strconv.Unquote(n.Value)
			if err == nil && sentence.MatchString(s) && !statement.MatchString(s) {
				visit(f.set.Position(n.Pos()).Line, s)
			}
		}
		return true
	})
}

// callee is the name of what is called, "fmt.Errorf".
func callee(fun ast.Expr) string {
	switch fun := fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		return strings.TrimPrefix(callee(fun.X)+"."+fun.Sel.Name, ".")
	}
	return ""
}
