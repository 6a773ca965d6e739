package catalogue

import (
	_ "embed"
	"encoding/json"
	"sync"
)

// examplesJSON has, by code, what the engine quotes of each cause's fixture. It is
// written by go test ./internal/diagnose -run TestExamples -update.
//
//go:embed examples.json
var examplesJSON []byte

var examples = sync.OnceValue(func() map[string][]string {
	var all map[string][]string
	if err := json.Unmarshal(examplesJSON, &all); err != nil {
		panic("catalogue: examples.json: " + err.Error()) // a test reads it
	}
	return all
})

// Examples returns one to three messages by which a cause is recognized; none for
// one that no message tells.
func Examples(code string) []string { return examples()[code] }
