package diagnose_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestOneWayIn: in all rooms, a document comes into a Policy in the gate alone, so
// that none gets past it.
func TestOneWayIn(t *testing.T) {
	gate, seen := filepath.Join("report", "gate.go"), false
	err := filepath.WalkDir(".", func(file string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if sets := setsDocument(n); sets && file != gate {
				t.Errorf("%s puts a document into a policy, which %s does", file, gate)
			} else if sets {
				seen = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !seen {
		t.Error("nothing puts a document into a policy: the test looks for the wrong thing")
	}
}

// setsDocument reports whether a node is a Policy with a document, or sets the
// field or a part of it.
func setsDocument(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CompositeLit:
		name, _ := n.Type.(*ast.Ident)
		if of, ok := n.Type.(*ast.SelectorExpr); ok { // of another room
			name = of.Sel
		}
		return name != nil && name.Name == "Policy" && len(n.Elts) > 0
	case *ast.AssignStmt:
		for _, to := range n.Lhs {
			if within(to) {
				return true
			}
		}
	}
	return false
}

// within reports whether an expression is x.Document or a part of one.
func within(e ast.Expr) bool {
	for {
		switch x := e.(type) {
		case *ast.SelectorExpr:
			if x.Sel.Name == "Document" {
				return true
			}
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		default:
			return false
		}
	}
}
