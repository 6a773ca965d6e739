package diagnose_test

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/catalogue"
	"whystopped/internal/words"
)

// TestAKeptReportCanBeSaidAgain: of each cause's case, the messages in the JSON
// alone say every sentence of the diagnosis again, word for word.
func TestAKeptReportCanBeSaidAgain(t *testing.T) {
	again := *words.English()
	again.Templates = catalogue.Templates()
	maps.Copy(again.Templates, words.English().Templates)
	for code, f := range readFixtures(t) {
		for _, file := range f.hits {
			raw, err := json.Marshal(diagnose.Diagnose(decode(t, file)))
			if err != nil {
				t.Fatal(err)
			}
			var kept struct {
				Messages map[string]words.Message `json:"messages"`
			}
			var tree any
			if json.Unmarshal(raw, &kept) != nil || json.Unmarshal(raw, &tree) != nil {
				t.Fatalf("%s: unreadable: %s", code, raw)
			}
			for pointer, m := range kept.Messages {
				want, _ := at(tree, pointer).(string)
				if got := again.Text(words.Text{Message: m}); got != want {
					t.Errorf("%s: %s of %s says %q, want %q", code, m.ID, pointer, got, want)
				}
			}
			for _, pointer := range sentencesIn(tree) {
				if _, ok := kept.Messages[pointer]; !ok {
					t.Errorf("%s: no message for %s: %v", code, pointer, at(tree, pointer))
				}
			}
		}
	}
}

// at is the value at a JSON Pointer.
func at(tree any, pointer string) any {
	for _, part := range strings.Split(pointer, "/")[1:] {
		switch v := tree.(type) {
		case map[string]any:
			tree = v[part]
		case []any:
			n := 0
			for _, digit := range part {
				n = 10*n + int(digit-'0')
			}
			if n >= len(v) {
				return nil
			}
			tree = v[n]
		}
	}
	return tree
}

// sentencesIn are the places of what the program says: texts with a blank that
// are no quotes of the evidence and nothing to paste.
func sentencesIn(tree any) []string {
	quoted := map[string]bool{
		"evidence": true, "task": true, "messages": true, "snippets": true, "document": true, "denied": true, "placeholders": true,
	}
	var found []string
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			quote := v["kind"] == "service-event"
			for name, member := range v {
				if !quoted[name] && !(quote && name == "label") {
					walk(at+"/"+name, member)
				}
			}
		case []any:
			for i, item := range v {
				walk(at+"/"+strconv.Itoa(i), item)
			}
		case string:
			if strings.Contains(v, " ") {
				found = append(found, at)
			}
		}
	}
	walk("", tree)
	return found
}

// TestMessagesSurviveStorage: what was read again has the same messages, and a
// report of before there were any still opens.
func TestMessagesSurviveStorage(t *testing.T) {
	for code, f := range readFixtures(t) {
		d := diagnose.Diagnose(decode(t, f.hits[0]))
		first, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var read diagnose.Diagnosis
		if err := json.Unmarshal(first, &read); err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		second, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(first), string(second)); diff != "" {
			t.Errorf("%s: read and written again (-want +got):\n%s", code, diff)
		}
	}
	old := `{"id":"06h2","verdict":{"cause":"runtime.denied","title":"The task role may not read the bucket","summary":"It says so."},"caveats":["CloudTrail has nothing yet."],"fix":{"summary":"Attach this policy.","steps":["Deploy again."]}}`
	var read diagnose.Diagnosis
	if err := json.Unmarshal([]byte(old), &read); err != nil {
		t.Fatal(err)
	}
	if read.Verdict.Title.English != "The task role may not read the bucket" || read.Fix.Steps[0].English != "Deploy again." || read.Caveats[0].ID != "" {
		t.Errorf("read %+v", read)
	}
}
