package slack

import (
	"os"
	"strings"
	"testing"
)

func TestTheManifestAsksForWhatIsUsed(t *testing.T) {
	manifest, err := os.ReadFile("../../deploy/slack/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(manifest)) {
		if line, _, _ = strings.Cut(line, " #"); strings.TrimSpace(line) != "" {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	all := "\n" + strings.Join(lines, "\n") + "\n"
	for _, want := range []string{
		"- command: /whystopped", "url: https://why.example.com/slack/commands", "request_url: https://why.example.com/slack/events",
		"- link_shared", "- why.example.com", "should_escape: false",
	} {
		if !strings.Contains(all, "\n"+want+"\n") {
			t.Errorf("the manifest lacks %q", want)
		}
	}
	_, scopes, _ := strings.Cut(all, "\nbot:\n")
	scopes, _, _ = strings.Cut(scopes, "\nsettings:")
	want := "- commands\n- chat:write\n- channels:history\n- groups:history\n- channels:read\n- groups:read\n- links:read\n- links:write"
	if scopes != want {
		t.Errorf("scopes %q, want %q and no other", scopes, want)
	}
}
