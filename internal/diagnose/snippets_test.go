package diagnose_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"

	"whystopped/internal/diagnose"
	"whystopped/internal/iampolicy"
)

// snippetFaults lists what is wrong with a fix's snippets: each is read again by a
// parser of its language, and what it has of patterns and ARNs has to be of one of
// the documents.
func snippetFaults(fix diagnose.Fix) []string {
	known := map[string]bool{}
	for _, p := range fix.Policies {
		for _, text := range textsOf(p.Document) {
			known[text] = true
		}
		if p.AttachTo != nil {
			known[p.AttachTo.ARN] = true
		}
	}
	faults := givenFaults(fix.Snippets, known)
	for _, p := range fix.Policies {
		faults = append(faults, givenFaults(p.Snippets, known)...)
	}
	return faults
}

func givenFaults(given iampolicy.Snippets, known map[string]bool) []string {
	var faults []string
	for _, s := range []struct {
		form, text string
		read       func(string) ([]string, error)
	}{
		{"cli", given.CLI, shellTexts},
		{"terraform", given.Terraform, terraformTexts},
		{"cloudformation", given.CloudFormation, yamlTexts},
		{"cdk", given.CDK, typeScriptTexts},
	} {
		texts, err := s.read(s.text)
		if err != nil {
			faults = append(faults, fmt.Sprintf("%s: %v\n%s", s.form, err, s.text))
		}
		for _, text := range texts {
			if widens(text) && !known[text] {
				faults = append(faults, fmt.Sprintf("%s has %q, which no document has\n%s", s.form, text, s.text))
			}
		}
	}
	return faults
}

// widens reports whether a text may stand for many things, or for anybody.
func widens(text string) bool {
	action := regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z*?]*[*?][A-Za-z*?]*$`)
	return text == "*" || action.MatchString(text) || strings.HasPrefix(text, "arn:") && (strings.ContainsAny(text, "*?") || strings.HasSuffix(text, ":root"))
}

// inJSON adds the texts inside of those that are JSON.
func inJSON(texts []string) []string {
	for _, text := range slices.Clone(texts) {
		var v any
		if strings.HasPrefix(strings.TrimSpace(text), "{") && json.Unmarshal([]byte(text), &v) == nil {
			texts = append(texts, leaves(v)...)
		}
	}
	return texts
}

// shellTexts reads the words of a POSIX shell's commands that have a part in
// single quotes, as all has that comes from evidence, and the JSON in them.
func shellTexts(snippet string) ([]string, error) {
	var words []string
	var word strings.Builder
	within, quoted := false, false // a word, single quotes in it
	end := func() {
		if quoted {
			words = append(words, word.String())
		}
		word.Reset()
		within, quoted = false, false
	}
	for i := 0; i < len(snippet); i++ {
		switch c := snippet[i]; {
		case c == '#' && !within:
			for i < len(snippet) && snippet[i] != '\n' {
				i++
			}
		case c == '\'' || c == '"':
			n := strings.IndexByte(snippet[i+1:], c)
			if n < 0 {
				return nil, errors.New("a quote is open")
			}
			word.WriteString(snippet[i+1 : i+1+n])
			i, within, quoted = i+1+n, true, quoted || c == '\''
		case c == '\\' && i+1 < len(snippet):
			if i++; snippet[i] != '\n' {
				word.WriteByte(snippet[i])
				within = true
			}
		case strings.IndexByte(" \t\n;()|&<>", c) >= 0:
			end()
		default:
			word.WriteByte(c)
			within = true
		}
	}
	end()
	for i, word := range words { // --option='value'
		if strings.HasPrefix(word, "--") {
			_, words[i], _ = strings.Cut(word, "=")
		}
	}
	return inJSON(words), nil
}

// terraformTexts reads all constant texts of Terraform's language.
func terraformTexts(snippet string) ([]string, error) {
	file, problems := hclsyntax.ParseConfig([]byte(snippet), "snippet.tf", hcl.InitialPos)
	if problems.HasErrors() {
		return nil, problems
	}
	var texts []string
	err := hclsyntax.VisitAll(file.Body.(*hclsyntax.Body), func(n hclsyntax.Node) hcl.Diagnostics {
		template, ok := n.(*hclsyntax.TemplateExpr)
		if !ok {
			return nil
		}
		if value, problems := template.Value(nil); !problems.HasErrors() {
			texts = append(texts, value.AsString())
		}
		return nil
	})
	if err.HasErrors() {
		return nil, err
	}
	return inJSON(texts), nil
}

// yamlTexts reads all texts of a YAML document.
func yamlTexts(snippet string) ([]string, error) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(snippet), &root); err != nil {
		return nil, err
	}
	var texts []string
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode {
			texts = append(texts, n.Value)
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(&root)
	return texts, nil
}

var (
	doubleQuoted = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`)
	lineComment  = regexp.MustCompile(`(?m)^\s*//.*$`)
)

// typeScriptTexts reads the texts in double quotes, of which the CDK's snippets
// have no other; what is left has no quote.
func typeScriptTexts(snippet string) ([]string, error) {
	snippet = lineComment.ReplaceAllString(snippet, "")
	var texts []string
	for _, quoted := range doubleQuoted.FindAllString(snippet, -1) {
		var text string
		if err := json.Unmarshal([]byte(quoted), &text); err != nil {
			return nil, fmt.Errorf("%s: %w", quoted, err)
		}
		texts = append(texts, text)
	}
	if rest := doubleQuoted.ReplaceAllString(snippet, ""); strings.ContainsAny(rest, "\"'") {
		return nil, fmt.Errorf("a quote is open: %s", rest)
	}
	return texts, nil
}
