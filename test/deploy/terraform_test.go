package deploy_test

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// modules are the folders of Terraform's modules.
var modules = []string{"deploy/terraform", "deploy/terraform/member"}

// module is a folder of Terraform files, with what is declared in it and what
// its expressions refer to.
type module struct {
	bodies   []*hclsyntax.Body
	declared map[string]bool // "var.x", "local.x", "data.type.name", "type.name", "ephemeral.type.name"
	used     map[string]hcl.Range
}

func parseModule(t *testing.T, dir string) module {
	t.Helper()
	m := module{declared: map[string]bool{}, used: map[string]hcl.Range{}}
	parser := hclparse.NewParser()
	for _, file := range files(t, dir+"/*.tf") {
		parsed, problems := parser.ParseHCLFile(filepath.Join(top, file))
		if problems.HasErrors() {
			t.Fatalf("%s: %v", file, problems)
		}
		body := parsed.Body.(*hclsyntax.Body)
		m.bodies = append(m.bodies, body)
		for _, block := range body.Blocks {
			m.declare(block)
		}
	}
	for _, body := range m.bodies {
		m.walk(body, nil)
	}
	return m
}

func (m module) declare(b *hclsyntax.Block) {
	switch b.Type {
	case "variable":
		m.declared["var."+b.Labels[0]] = true
	case "locals":
		for name := range b.Body.Attributes {
			m.declared["local."+name] = true
		}
	case "resource":
		m.declared[strings.Join(b.Labels, ".")] = true
	case "data", "ephemeral":
		m.declared[b.Type+"."+strings.Join(b.Labels, ".")] = true
	}
}

// walk collects what the expressions refer to. iterators are the names that
// dynamic blocks around them give.
func (m module) walk(body *hclsyntax.Body, iterators []string) {
	for _, a := range body.Attributes {
		if a.Name == "type" || a.Name == "iterator" { // of a variable, and a name
			continue
		}
		for _, traversal := range a.Expr.Variables() {
			if name := reference(traversal); !slices.Contains(iterators, traversal.RootName()) && name != "" {
				m.used[name] = traversal.SourceRange()
			}
		}
	}
	for _, b := range body.Blocks {
		inner := iterators
		if b.Type == "dynamic" {
			name := b.Labels[0]
			if a, ok := b.Body.Attributes["iterator"]; ok {
				name = hcl.ExprAsKeyword(a.Expr)
			}
			inner = append(slices.Clone(iterators), name)
		}
		m.walk(b.Body, inner)
	}
}

// reference names what a traversal leads to in the words of declare; "" for
// what Terraform itself gives.
func reference(traversal hcl.Traversal) string {
	parts := []string{traversal.RootName()}
	for _, step := range traversal[1:] {
		if attr, ok := step.(hcl.TraverseAttr); ok {
			parts = append(parts, attr.Name)
			continue
		}
		break
	}
	length := 2
	switch parts[0] {
	case "each", "count", "path", "self", "terraform":
		return ""
	case "data", "ephemeral":
		length = 3
	}
	return strings.Join(parts[:min(length, len(parts))], ".")
}

func TestModulesAreFormatted(t *testing.T) {
	for _, dir := range modules {
		for _, file := range files(t, dir+"/*.tf") {
			text := read(t, file)
			if diff := cmp.Diff(string(hclwrite.Format([]byte(text))), text); diff != "" {
				t.Errorf("%s is not as terraform fmt writes it (-formatted +file):\n%s", file, diff)
			}
		}
	}
}

func TestModulesReferToWhatTheyDeclare(t *testing.T) {
	for _, dir := range modules {
		m := parseModule(t, dir)
		for name, where := range m.used {
			if !m.declared[name] {
				t.Errorf("%s: %s is not declared", where, name)
			}
		}
		for name := range m.declared {
			if _, ok := m.used[name]; !ok && (strings.HasPrefix(name, "var.") || strings.HasPrefix(name, "local.") || strings.HasPrefix(name, "data.")) {
				t.Errorf("%s: nothing uses %s", dir, name)
			}
		}
	}
}

// local is the expression of a local value.
func (m module) local(t *testing.T, name string) hclsyntax.Expression {
	t.Helper()
	for _, body := range m.bodies {
		for _, b := range body.Blocks {
			if a, ok := b.Body.Attributes[name]; ok && b.Type == "locals" {
				return a.Expr
			}
		}
	}
	t.Fatalf("there is no local %s", name)
	return nil
}

// words are the strings that stand in an expression.
func words(expr hclsyntax.Expression) []string {
	var all []string
	hclsyntax.VisitAll(expr, func(n hclsyntax.Node) hcl.Diagnostics {
		if e, ok := n.(*hclsyntax.LiteralValueExpr); ok && e.Val.Type().FriendlyName() == "string" {
			all = append(all, e.Val.AsString())
		}
		return nil
	})
	return all
}

// TestModulesGrantWhatIsShipped: the policies are read from deploy/iam itself,
// the same in both modules, and the files are there.
func TestModulesGrantWhatIsShipped(t *testing.T) {
	fromFile := regexp.MustCompile(`file\("\$\{path\.module\}/([./]*iam)/\$\{[a-z.]+\}\.json"\)`)
	for _, dir := range modules {
		var found int
		for _, file := range files(t, dir+"/*.tf") {
			for _, match := range fromFile.FindAllStringSubmatch(read(t, file), -1) {
				found++
				if got := path.Join(dir, match[1]); got != "deploy/iam" {
					t.Errorf("%s reads policies from %s", file, got)
				}
			}
		}
		if found == 0 {
			t.Errorf("%s reads no policy of deploy/iam", dir)
		}
		reads := words(parseModule(t, dir).local(t, "reads"))
		if diff := cmp.Diff([]string{"required", "logs", "proof", "hosts"}, reads); diff != "" {
			t.Errorf("%s: policies (-want +got):\n%s", dir, diff)
		}
	}
	for _, name := range words(parseModule(t, modules[0]).local(t, "in_partition").(*hclsyntax.ForExpr).CollExpr) {
		if _, err := os.Stat(filepath.Join(top, "deploy/iam", name+".json")); err != nil {
			t.Error(err)
		}
	}
}

// keys are those of the object that a for expression goes over.
func keys(t *testing.T, expr hclsyntax.Expression) []string {
	t.Helper()
	loop, ok := expr.(*hclsyntax.ForExpr)
	if !ok {
		t.Fatalf("%s is no for expression", expr.Range())
	}
	object, ok := loop.CollExpr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		t.Fatalf("%s is no object", loop.CollExpr.Range())
	}
	var names []string
	for _, item := range object.Items {
		names = append(names, hcl.ExprAsKeyword(item.KeyExpr))
	}
	slices.Sort(names)
	return names
}

// TestBothSetTheSame: the stack and the module give the service the same
// variables, and secrets only as secrets.
func TestBothSetTheSame(t *testing.T) {
	m, c := parseModule(t, modules[0]), container(t)
	secrets := variables(c["Secrets"])
	if diff := cmp.Diff(variables(c["Environment"]), keys(t, m.local(t, "settings"))); diff != "" {
		t.Errorf("variables (-CloudFormation +Terraform):\n%s", diff)
	}
	if diff := cmp.Diff(secrets, keys(t, m.local(t, "secrets"))); diff != "" {
		t.Errorf("secrets (-CloudFormation +Terraform):\n%s", diff)
	}
	for _, name := range variables(c["Environment"]) {
		if regexp.MustCompile(`SECRET|TOKEN|KEY|PASSWORD`).MatchString(name) {
			t.Errorf("%s is a secret and stands in the task definition", name)
		}
	}
}

// TestAllTakeTheSameEvents: every rule in deploy/ that ECS's events pass, by the
// words of its pattern.
func TestAllTakeTheSameEvents(t *testing.T) {
	want := []string{"ECS Service Action", "ECS Task State Change", "ERROR", "RUNNING", "STOPPED", "WARN", "aws.ecs"}
	rules := 0
	check := func(where string, got []string) {
		rules++
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", where, diff)
		}
	}
	for _, file := range []string{stack, member} {
		for name, resource := range dict(load(t, file)["Resources"]) {
			if str(at(resource, "Type")) == "AWS::Events::Rule" {
				check(file+" "+name, leaves(at(resource, "Properties", "EventPattern")))
			}
		}
	}
	patterns := map[string]hclsyntax.Expression{"the module": parseModule(t, modules[0]).local(t, "event_pattern")}
	for _, body := range parseModule(t, modules[1]).bodies {
		for _, b := range body.Blocks {
			if a, ok := b.Body.Attributes["event_pattern"]; ok {
				patterns["the module member"] = a.Expr
			}
		}
	}
	for where, expr := range patterns {
		check(where, slices.DeleteFunc(words(expr), func(w string) bool { return w == "$or" || w == "detail-type" }))
	}
	if rules != 5 {
		t.Errorf("%d rules were found, want 5", rules)
	}
}

func leaves(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, leaves(item)...)
		}
		return all
	case map[string]any:
		var all []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, leaves(v[key])...)
		}
		return all
	}
	return nil
}
