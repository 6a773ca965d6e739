package layout

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// guides are the documents that lead through the code by names of it.
var guides = []string{"docs/architecture.md", "docs/mechanisms.md"}

// named is a name in code: "casebook.run.answer". What ends like a file is none.
var named = regexp.MustCompile("`(?:\\.\\./)?([a-z]+(?:\\.[A-Za-z]+)+)`")

// TestNamesInGuidesExist holds that a reader finds by grep whatever the guides name.
func TestNamesInGuidesExist(t *testing.T) {
	known := declared(t)
	for _, guide := range guides {
		text, err := os.ReadFile(filepath.Join(root, guide))
		if err != nil {
			t.Fatal(err)
		}
		found := named.FindAllStringSubmatch(string(text), -1)
		if len(found) < 10 {
			t.Errorf("%s names only %d functions", guide, len(found))
		}
		for _, name := range found {
			if filepath.Ext(name[1]) != ".go" && filepath.Ext(name[1]) != ".md" && !known[name[1]] {
				t.Errorf("%s: %s does not exist", guide, name[1])
			}
		}
	}
}

// declared are the functions, methods and types of all packages, as "package.Type.method".
func declared(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, f := range sources(t) {
		for _, d := range f.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				all[strings.Join([]string{f.file.Name.Name, receiver(d) + d.Name.Name}, ".")] = true
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						all[f.file.Name.Name+"."+s.Name.Name] = true
					}
				}
			}
		}
	}
	return all
}

// receiver is the type of a method with a dot behind it; "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	name := ""
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return name == ""
	})
	return name + "."
}
