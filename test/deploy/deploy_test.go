// Package deploy_test holds what is in deploy/ to itself and to the service: the
// policies, the settings, the figures and the pages that are pointed at.
package deploy_test

import (
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"whystopped/internal/config"
	"whystopped/internal/iampolicy"
)

// top is the top of the repository.
const top = "../.."

// settings are the variables that the service reads: those that -h prints.
func settings(t *testing.T) []string {
	t.Helper()
	var help strings.Builder
	if _, _, err := config.Load([]string{"-h"}, nil, &help); !errors.Is(err, config.ErrHelp) {
		t.Fatalf("print the settings: %v", err)
	}
	return settingName.FindAllString(help.String(), -1)
}

// noSettings begin like settings: variables of the docs' shell examples.
var noSettings = []string{"WHYSTOPPED_URL", "WHYSTOPPED_TOKEN", "WHYSTOPPED_REQUIRE_TOOLS"}

var settingName = regexp.MustCompile(`WHYSTOPPED_[A-Z_]*[A-Z]`)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// files are the paths, from the top, of all files that match.
func files(t *testing.T, patterns ...string) []string {
	t.Helper()
	var all []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(top, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no file is %s (%v)", pattern, err)
		}
		for _, path := range found {
			path, err := filepath.Rel(top, path)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, filepath.ToSlash(path))
		}
	}
	return all
}

// fromTop is the path of what a page links to; "" leads to the page itself.
func fromTop(page, link string) string {
	if link == "" {
		return page
	}
	return path.Join(path.Dir(page), link)
}

func exists(path string) bool {
	_, err := os.Stat(filepath.Join(top, path))
	return err == nil
}

func TestOnlySettingsThatExistAreNamed(t *testing.T) {
	known := settings(t)
	if len(known) < 20 {
		t.Fatalf("-h prints %d settings only: %v", len(known), known)
	}
	for _, path := range files(t, "deploy/*/*", "deploy/terraform/member/*", "docs/*.md", "Dockerfile", "*.md") {
		if info, err := os.Stat(filepath.Join(top, path)); err != nil || info.IsDir() {
			continue
		}
		for _, name := range settingName.FindAllString(read(t, path), -1) {
			if !slices.Contains(known, name) && !slices.Contains(noSettings, name) {
				t.Errorf("%s names %s, which is no setting", path, name)
			}
		}
	}
}

// shipped reads a policy of deploy/iam.
func shipped(t *testing.T, name string) iampolicy.Document {
	t.Helper()
	return document(t, []byte(read(t, "deploy/iam/"+name+".json")))
}

func document(t *testing.T, text []byte) iampolicy.Document {
	t.Helper()
	var doc iampolicy.Document
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return doc
}

// load reads a YAML file into maps, lists and plain values. A tag of
// CloudFormation becomes a map with that tag as its key: !Ref X is
// {"!Ref": "X"}.
func load(t *testing.T, path string) map[string]any {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(read(t, path)), &node); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	value, ok := plain(t, node.Content[0]).(map[string]any)
	if !ok {
		t.Fatalf("%s is no mapping", path)
	}
	return value
}

func plain(t *testing.T, n *yaml.Node) any {
	t.Helper()
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		t.Fatalf("line %d: CloudFormation knows no aliases", n.Line)
	}
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		inner := *n
		inner.Tag = ""
		return map[string]any{n.Tag: plain(t, &inner)}
	}
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, plain(t, item))
		}
		return list
	}
	var v any
	if err := n.Decode(&v); err != nil {
		t.Fatalf("line %d: %v", n.Line, err)
	}
	return v
}

// at follows keys and indexes into what load gives; nil where there is nothing.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func dict(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
