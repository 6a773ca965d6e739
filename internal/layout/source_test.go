package layout

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// root is the repository.
const root = "../.."

// source is a Go file of the program, tests left out.
type source struct {
	name, folder string // "internal/arn/arn.go", "internal/arn"
	text         string
	set          *token.FileSet
	file         *ast.File
}

var readSources = sync.OnceValues(func() ([]source, error) {
	var all []source
	set := token.NewFileSet()
	for _, dir := range []string{"cmd", "internal", "web"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(set, path, text, parser.SkipObjectResolution|parser.ParseComments)
			if err != nil {
				return err
			}
			name := strings.TrimPrefix(filepath.ToSlash(path), root+"/")
			all = append(all, source{name, filepath.ToSlash(filepath.Dir(name)), string(text), set, file})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
})

// sources are the program's Go files.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := readSources()
	if err != nil {
		t.Fatal(err)
	}
	return all
}
