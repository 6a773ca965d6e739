package render_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"whystopped/internal/diagnose"
	"whystopped/internal/render"
)

var update = flag.Bool("update", false, "write what is rendered into the fixtures")

// TestFixtures renders each diagnosis of testdata. A fixture begins with what
// it shows; "go test ./internal/render -update" writes its texts anew.
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, d := fixture(t, file)
			const link = "https://whystopped.example/d/06h0000000000000000000"
			got := []txtar.File{
				{Name: "want.txt", Data: []byte(render.Text(d, link))},
				{Name: "want.md", Data: []byte(render.Markdown(d, link))},
			}
			if *update {
				archive.Files = append(archive.Files[:1], got...)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatalf("write the fixture: %v", err)
				}
				return
			}
			if diff := cmp.Diff(texts(archive.Files[1:]), texts(got)); diff != "" {
				t.Errorf("rendered (-want +got):\n%s", diff)
			}
		})
	}
}

func fixture(t *testing.T, file string) (*txtar.Archive, diagnose.Diagnosis) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatalf("read the fixture: %v", err)
	}
	if len(archive.Files) == 0 || archive.Files[0].Name != "diagnosis.json" || len(archive.Comment) == 0 {
		t.Fatal("the fixture does not begin with what it shows, and diagnosis.json")
	}
	var d diagnose.Diagnosis
	if err := json.Unmarshal(archive.Files[0].Data, &d); err != nil {
		t.Fatalf("read the diagnosis: %v", err)
	}
	return archive, d
}

func texts(files []txtar.File) map[string]string {
	out := map[string]string{}
	for _, f := range files {
		out[f.Name] = string(f.Data)
	}
	return out
}
