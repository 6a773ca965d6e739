package slack

import (
	"encoding/json"
	"testing"
)

// textsOf checks blocks against what Slack takes, and gives their texts.
func textsOf(t *testing.T, blocks string) []string {
	t.Helper()
	type text struct {
		Type     string
		Text     string
		Verbatim bool
	}
	var read []struct {
		Type     string
		Text     *text
		Fields   []text
		Elements []text
	}
	if err := json.Unmarshal([]byte(blocks), &read); err != nil {
		t.Fatalf("blocks %s: %v", blocks, err)
	}
	if len(read) == 0 || len(read) > 50 {
		t.Errorf("%d blocks, want 1 to 50", len(read))
	}
	var texts []string
	check := func(of text, limit int) {
		if of.Type != "mrkdwn" || !of.Verbatim || of.Text == "" || len(of.Text) > limit {
			t.Errorf("a text of %d characters (at most %d), type %s, verbatim %v: %.80q", len(of.Text), limit, of.Type, of.Verbatim, of.Text)
		}
		texts = append(texts, of.Text)
	}
	for _, b := range read {
		if b.Text != nil {
			check(*b.Text, 3000)
		}
		if len(b.Fields) > 10 || len(b.Elements) > 10 {
			t.Errorf("%d fields and %d elements in one block, want 10 at most", len(b.Fields), len(b.Elements))
		}
		for _, f := range b.Fields {
			check(f, 2000)
		}
		for _, e := range b.Elements {
			check(e, 2000)
		}
	}
	return texts
}
