package diagnose_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"whystopped/internal/diagnose/catalogue"
)

// TestOnlyTheLiteralNamesACode holds that what a cause's code does stands as a
// field of its literal: no other code compares one, or cuts a part off.
func TestOnlyTheLiteralNamesACode(t *testing.T) {
	codes := map[string]bool{}
	for _, k := range catalogue.All() {
		codes[k.Code] = true
		for area, rest, more := strings.Cut(k.Code, "."); more; {
			codes[area+"."] = true
			var next string
			next, rest, more = strings.Cut(rest, ".")
			area += "." + next
		}
	}
	ordinary := map[string]bool{"running": true, "log.": true, "container.": true} // words of other things, too
	found := 0
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "awsfake" || e.Name() == "storetest" || e.Name() == "catalogue"): // samples, and the catalogue
			return filepath.SkipDir
		case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		found++
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, _ := strconv.Unquote(lit.Value); codes[s] && !ordinary[s] {
					t.Errorf("%s names the code %q; make it a field of the cause's literal", path, s)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || found < 100 {
		t.Fatalf("read %d files: %v", found, err)
	}
}
