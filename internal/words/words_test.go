package words_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/words"
)

type kind string

func TestFill(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 4, 5, 0, time.UTC)
	for name, tt := range map[string]struct {
		template string
		args     words.Args
		want     string
	}{
		"words":               {"Container health check failed", nil, "Container health check failed"},
		"value":               {"The secret {name} doesn't exist", words.Args{"name": "payments/db"}, "The secret payments/db doesn't exist"},
		"fallback":            {"The secret {name|it asked for} doesn't exist", nil, "The secret it asked for doesn't exist"},
		"empty is unknown":    {"{name|the secret}", words.Args{"name": ""}, "the secret"},
		"code":                {"The {identity:identity} isn't allowed", words.Args{"identity": kind("execution-role")}, "The task execution role isn't allowed"},
		"code as label":       {"{identity:identity.label}", words.Args{"identity": "task-role"}, "Task role"},
		"unknown code":        {"{identity:identity}", words.Args{"identity": "moon-role"}, "moon-role"},
		"time":                {"Stopped {at:time}", words.Args{"at": at}, "Stopped Nov 22, 2026, 08:04:05 UTC"},
		"duration":            {"after {took:duration}", words.Args{"took": 42*time.Minute + 51*time.Second}, "after 42 min 51 s"},
		"bytes":               {"limit {size:bytes}", words.Args{"size": 512 << 20}, "limit 512 MiB"},
		"list":                {"{names:list}", words.Args{"names": []string{"a", "b", "c"}}, "a, b, and c"},
		"one":                 {"{n:plural|# task|# tasks} failed", words.Args{"n": 1}, "1 task failed"},
		"many":                {"{n:plural|# task|# tasks} failed", words.Args{"n": 14}, "14 tasks failed"},
		"brace":               {`{{"Effect": "Allow"}`, nil, `{"Effect": "Allow"}`},
		"value holds a place": {"{name}", words.Args{"name": "{who}"}, "{who}"},
		"long value":          {"{name}", words.Args{"name": strings.Repeat("é", 100)}, strings.Repeat("é", 80) + "…"},
		"optional":            {"The role[[ {role}]] denies it[[ ({policies:list})]]", words.Args{"role": "orders"}, "The role orders denies it"},
		"optional list":       {"denied[[ ({policies:list})]][[ for {action}]]", words.Args{"policies": []string{"a", "b"}}, "denied (a and b)"},
		"value of two lines":  {"{name}", words.Args{"name": "a\n b"}, "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			text := words.Made("test", tt.template, tt.args)
			if text.English != tt.want {
				t.Errorf("got %q, want %q", text.English, tt.want)
			}
			// What was stored says the same.
			raw, err := json.Marshal(text.Message)
			if err != nil {
				t.Fatal(err)
			}
			var stored words.Message
			if err := json.Unmarshal(raw, &stored); err != nil {
				t.Fatal(err)
			}
			other := *words.English()
			other.Templates = map[string]string{"test": tt.template, "identity.execution-role": "task execution role", "identity.task-role.label": "Task role"}
			for id, template := range words.English().Templates {
				other.Templates[id] = template
			}
			if got := other.Text(words.Text{Message: stored}); got != tt.want {
				t.Errorf("after a round trip %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTextInJSON(t *testing.T) {
	raw, err := json.Marshal(words.Say("identity.task-role.label", nil))
	if err != nil || string(raw) != `"Task role"` {
		t.Errorf("got %s, %v", raw, err)
	}
	var old words.Text
	if err := json.Unmarshal([]byte(`"A sentence of an old report."`), &old); err != nil || old.String() != "A sentence of an old report." || old.ID != "" {
		t.Errorf("got %+v, %v", old, err)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                     "0 s",
		87 * time.Millisecond:                 "87 ms",
		51 * time.Second:                      "51 s",
		42*time.Minute + 51*time.Second:       "42 min 51 s",
		time.Hour + 10*time.Minute:            "1 h 10 min",
		2 * time.Hour:                         "2 h",
		76*time.Hour + 59*time.Minute:         "3 d 4 h",
		-(2 * time.Second):                    "-2 s",
		1500 * time.Millisecond:               "2 s",
		59*time.Second + 600*time.Millisecond: "1 min",
	} {
		if got := words.English().Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestAgo(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for before, want := range map[time.Duration]string{
		0: "just now", 59 * time.Second: "just now", 23 * time.Minute: "23 min ago", 3 * time.Hour: "3 h ago",
		72 * time.Hour: "on Nov 19, 2026", -time.Minute: "on Nov 22, 2026",
	} {
		if got := words.English().Ago(now.Add(-before), now); got != want {
			t.Errorf("Ago(%v) = %q, want %q", before, got, want)
		}
	}
}

// TestLanguages holds every language to the ids and arguments of English, so
// that a sentence can't lose what it is about.
func TestLanguages(t *testing.T) {
	english := words.English().Templates
	for _, language := range words.Languages() {
		for id, template := range english {
			got, ok := language.Templates[id]
			if !ok {
				t.Errorf("%s has no %s", language.Tag, id)
				continue
			}
			if diff := cmp.Diff(words.Places(template), words.Places(got)); diff != "" {
				t.Errorf("%s of %s names other arguments:\n%s", id, language.Tag, diff)
			}
		}
	}
}
