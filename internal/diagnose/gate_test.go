package diagnose_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestOneWayIn: a document comes into a Policy in gate.go alone, so that none
// gets past the gate.
func TestOneWayIn(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if sets := setsDocument(n); sets && file != "gate.go" {
				t.Errorf("%s puts a document into a policy, which gate.go does", file)
			} else if sets {
				seen = true
			}
			return true
		})
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
