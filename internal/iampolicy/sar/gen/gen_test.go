package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// files is a package with one service.
func files(resourceTypes, actions string) map[string][]byte {
	return map[string][]byte{
		"data/services.json":          []byte(`["toy"]`),
		"data/serviceNames.json":      []byte(`{"toy": "Amazon Toys"}`),
		"data/resourceTypes/toy.json": []byte(resourceTypes),
		"data/actions/toy.json":       []byte(actions),
	}
}

func TestSection(t *testing.T) {
	ref, err := parse(files(
		`{"box": {"key": "box", "arn": "arn:${Partition}:toy:::${Box}, arn:${Partition}:toy:${Region}::box/${Box}"},
		  "ball": {"key": "Ball", "arn": "arn:${Partition}:toy:::${Box}/${Ball}"}}`,
		`{"throwball": {"name": "ThrowBall", "resourceTypes": [{"name": "box", "required": true}, {"name": "ball"}]},
		  "list": {"name": "List", "accessLevel": "Permissions management, Write", "resourceTypes": []}}`,
	))
	if err != nil {
		t.Fatal(err)
	}
	const want = "Ball\ttoy:::${Box}/${Ball}\nbox\ttoy:::${Box}\nbox\ttoy:${Region}::box/${Box}\n\nList\t^\nThrowBall\t0\t1!\t2!\n"
	if diff := cmp.Diff(want, ref.services[0].section()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got, want := ref.summary(10), "1 services, 2 actions (1 of them without resource-level permissions), 3 ARN forms, 10 bytes"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ types, actions, want string }{
		{`{"box": {"key": "box", "arn": "arn:aws:toy:::x"}}`, `{}`, "is no template"},
		{`{"box": {"key": "box", "arn": "arn:${Partition}:toy:::a or b"}}`, `{}`, "is no template"},
		{`{}`, `{"a": {"name": "A", "resourceTypes": [{"name": "box"}]}}`, `unknown resource type "box"`},
		{`{}`, `[]`, "read data/actions/toy.json"},
	}
	for _, tt := range tests {
		if _, err := parse(files(tt.types, tt.actions)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("types %s, actions %s: error %v, want %q", tt.types, tt.actions, err, tt.want)
		}
	}
}
