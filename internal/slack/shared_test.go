package slack

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/slack/slackfake"
)

// TestAVerdictStaysInTheCompany: in a channel that is shared with another company
// the quotes are for whoever asked alone.
func TestAVerdictStaysInTheCompany(t *testing.T) {
	const ours, shared = "C0123456789", "C0SHARED012"
	tests := []struct {
		name, channel string
		faults        []slackfake.Fault
		want          string
	}{
		{"a channel of ours", ours, nil, forAll},
		{"a shared one", shared, nil, forOne},
		{"one that Slack does not let us ask for", shared, []slackfake.Fault{slackfake.Error("missing_scope")}, forAll},
		{"a private one without the bot", shared, []slackfake.Fault{slackfake.Error("channel_not_found")}, forAll},
		{"Slack asks for patience", ours, []slackfake.Fault{slackfake.Limited(60)}, forOne},
		{"a token that is not good", ours, []slackfake.Fault{slackfake.Error("invalid_auth")}, forOne},
		{"no channel", "", nil, forAll},
		{"what is none", "<!channel>", nil, forAll},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t).run()
			w.book.diagnose = func(string) (diagnose.Diagnosis, error) { return sampleDiagnosis(), nil }
			w.slack.fake.Shared = map[string]bool{shared: true}
			w.slack.fake.Fail("conversations.info", test.faults...)
			body := w.commandBody(taskARN) + "&" + url.Values{"channel_id": {test.channel}}.Encode()
			if got := w.send("/slack/commands", formType, body, sign(secret, w.clock.Now(), body)); got.Code != http.StatusOK {
				t.Fatalf("status %d", got.Code)
			}
			got := w.slack.receive(t)
			for !strings.HasPrefix(got.Path, "/answers/") {
				got = w.slack.receive(t)
			}
			if got.JSON["response_type"] != test.want {
				t.Errorf("the verdict is for %v, want %s", got.JSON["response_type"], test.want)
			}
			told := strings.Contains(got.Blocks(), "another company")
			if told != (test.want == forOne) {
				t.Errorf("the message says why only one sees it: %v", told)
			}
		})
	}
}
