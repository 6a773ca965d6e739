// Package layout holds the rule of who may import whom, which the compiler does
// not know: the core is pure, and nothing but the program imports the wiring.
package layout

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "whystopped/"

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
}

func packages(t *testing.T) map[string]pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", "whystopped/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string]pkg{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		all[strings.TrimPrefix(p.ImportPath, module)] = p
	}
	return all
}

// The pure core: the standard library, and each other downward.
var pure = map[string][]string{
	"internal/arn":                {},
	"internal/redact":             {},
	"internal/words":              {},
	"internal/permissions":        {"internal/words"},
	"internal/taskref":            {"internal/arn", "internal/redact", "internal/words"},
	"internal/problem":            {"internal/words"},
	"internal/collect":            {"internal/diagnose/evidence"},
	"internal/iampolicy/sar":      {},
	"internal/iampolicy/snippet":  {"internal/arn", "internal/iampolicy"},
	"internal/iampolicy":          {"internal/arn", "internal/iampolicy/sar", "internal/words"},
	"internal/diagnose/scan":      {},
	"internal/diagnose/verdict":   {},
	"internal/diagnose/evidence":  {"internal/taskref", "internal/words"},
	"internal/diagnose/denial":    {"internal/arn", "internal/iampolicy", "internal/diagnose/evidence", "internal/diagnose/verdict"},
	"internal/diagnose/outside":   {},
	"internal/diagnose/catalogue": {"internal/diagnose/cause", "internal/diagnose/evidence", "internal/diagnose/verdict", "internal/words"},
	"internal/diagnose/startup":   {"internal/arn", "internal/diagnose/evidence", "internal/iampolicy"},
	"internal/diagnose/cause":     {"internal/arn", "internal/iampolicy", "internal/diagnose/denial", "internal/diagnose/evidence", "internal/diagnose/outside", "internal/diagnose/scan", "internal/diagnose/startup", "internal/diagnose/verdict", "internal/taskref", "internal/words"},
	"internal/diagnose/rank":      {"internal/arn", "internal/iampolicy", "internal/diagnose/catalogue", "internal/diagnose/cause", "internal/diagnose/evidence", "internal/diagnose/verdict", "internal/words"},
	"internal/diagnose/fix":       {"internal/arn", "internal/iampolicy", "internal/iampolicy/snippet", "internal/diagnose/cause", "internal/diagnose/denial", "internal/diagnose/evidence", "internal/diagnose/rank", "internal/diagnose/report", "internal/diagnose/startup", "internal/diagnose/verdict", "internal/words"},
	"internal/web/apidoc":         {},
	"internal/web/drawing":        {},
	"internal/web/lifeline":       {"internal/diagnose", "internal/diagnose/verdict", "internal/web/drawing", "internal/words"},
	"internal/web/roles":          {"internal/arn", "internal/diagnose", "internal/diagnose/verdict", "internal/words"},
	"internal/render":             {"internal/arn", "internal/iampolicy", "internal/diagnose", "internal/diagnose/verdict", "internal/words"},
	"internal/diagnose/report":    {"internal/arn", "internal/iampolicy", "internal/iampolicy/snippet", "internal/diagnose/evidence", "internal/diagnose/verdict", "internal/taskref", "internal/words"},
	"internal/diagnose/proof":     {"internal/arn", "internal/iampolicy", "internal/diagnose/evidence", "internal/diagnose/report", "internal/diagnose/verdict", "internal/words"},
	"internal/diagnose/revision":  {"internal/diagnose/evidence", "internal/redact"},
	"internal/diagnose":           {"internal/arn", "internal/iampolicy", "internal/diagnose/catalogue", "internal/diagnose/cause", "internal/diagnose/denial", "internal/diagnose/evidence", "internal/diagnose/fix", "internal/diagnose/proof", "internal/diagnose/rank", "internal/diagnose/report", "internal/diagnose/startup", "internal/diagnose/verdict", "internal/taskref", "internal/words"},
}

// Packages of the standard library that touch the world.
var worldly = []string{"net", "net/http", "os", "os/exec", "database/sql", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "syscall"}

func TestThePureCoreImportsNothingWorldly(t *testing.T) {
	all := packages(t)
	for name, allowed := range pure {
		p, ok := all[name]
		if !ok {
			t.Errorf("%s does not exist any more; take it out of the list", name)
			continue
		}
		for _, dep := range p.Imports {
			own, isOwn := strings.CutPrefix(dep, module)
			switch {
			case isOwn && !slices.Contains(allowed, own):
				t.Errorf("%s may not import %s", name, own)
			case !isOwn && strings.Contains(strings.SplitN(dep, "/", 2)[0], "."):
				t.Errorf("%s may import the standard library only, not %s", name, dep)
			case slices.Contains(worldly, dep):
				t.Errorf("%s is pure and may not import %s", name, dep)
			}
		}
	}
}

// TestThePureCoreHasNoClock: the time comes with the evidence.
func TestThePureCoreHasNoClock(t *testing.T) {
	all := packages(t)
	for name := range pure {
		for _, file := range all[name].GoFiles {
			code, err := os.ReadFile(filepath.Join(all[name].Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			for _, call := range []string{"time.Now(", "time.Since(", "time.After(", "time.NewTimer(", "time.Sleep("} {
				if strings.Contains(string(code), call) {
					t.Errorf("%s/%s calls %s)", name, file, call)
				}
			}
		}
	}
}

// The ways in: each owns its routes and nothing of the others.
var waysIn = []string{"internal/api", "internal/web", "internal/slack"}

func TestNoWayInImportsAnother(t *testing.T) {
	all := packages(t)
	for _, name := range waysIn {
		p, ok := all[name]
		if !ok {
			t.Errorf("%s does not exist any more; take it out of the list", name)
		}
		for _, dep := range p.Imports {
			if own := strings.TrimPrefix(dep, module); slices.Contains(waysIn, own) {
				t.Errorf("%s imports %s", name, own)
			}
		}
	}
}

// within reports whether a package is another or below it.
func within(name, parent string) bool { return name == parent || strings.HasPrefix(name, parent+"/") }

// The floors of awsclient: each may import those before it.
var awsFloors = []string{
	"internal/awsclient/failure", "internal/awsclient/limit", "internal/awsclient/session", "internal/awsclient/source", "internal/awsclient",
}

func TestTheFloorsOfAWSClient(t *testing.T) {
	all := packages(t)
	for floor, name := range awsFloors {
		p, ok := all[name]
		if !ok {
			t.Errorf("%s does not exist any more; take it out of the list", name)
		}
		for _, dep := range p.Imports {
			own := strings.TrimPrefix(dep, module)
			if within(own, "internal/awsclient") && !slices.Contains(awsFloors[:floor], own) {
				t.Errorf("%s is below %s and may not import it", name, own)
			}
		}
	}
}

func TestWhoMayImportWhom(t *testing.T) {
	all := packages(t)
	const aws = "github.com/aws/aws-sdk-go-v2"
	queue := []string{aws + "/aws", aws + "/service/sqs", aws + "/service/sqs/types"}
	for name, p := range all {
		for _, dep := range p.Imports {
			own := strings.TrimPrefix(dep, module)
			switch {
			case own == "internal/app" && name != "cmd/server" && !strings.HasPrefix(name, "test/"):
				t.Errorf("%s imports internal/app; only cmd/server may", name)
			case name == "internal/ingest" && slices.Contains(queue, dep):
			case strings.HasPrefix(dep, aws) && !within(name, "internal/awsclient") && name != "internal/app" && !strings.HasPrefix(name, "test/"):
				t.Errorf("%s imports %s; the AWS SDK stays inside internal/awsclient (its configuration in internal/app, the queue of events in internal/ingest)", name, dep)
			case within(own, "internal/awsclient/awsfake") && name != "internal/app" && !within(name, "internal/awsclient/awsfake"):
				t.Errorf("%s imports the AWS double; only the demo's wiring may", name)
			case within(own, "internal/awsclient") && name != "internal/app" && !within(name, "internal/awsclient"):
				t.Errorf("%s imports internal/awsclient; ways in go through internal/casebook", name)
			}
		}
	}
	if len(all) < len(pure) {
		t.Fatalf("go list told of %d packages only", len(all))
	}
}
