package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/config"
	"whystopped/internal/slack/channels"
)

func TestASecretIsNeverPrinted(t *testing.T) {
	const value = "made-up-value"
	cfg := config.Config{
		SlackSigningSecret: value, SlackBotToken: value, EventsKey: value, DatabaseURL: value,
		Access: config.Access{OIDCClientSecret: value, SessionKeys: value, APITokens: value},
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", cfg.SlackBotToken, "config", cfg)
	inJSON, err := json.Marshal(cfg)
	if err != nil {
		t.Fatalf("write as JSON: %v", err)
	}
	var help strings.Builder
	args := []string{"-slack-bot-token=" + value, "-slack-signing-secret=" + value, "-h"}
	if _, _, err := config.Load(args, []string{"WHYSTOPPED_SLACK_BOT_TOKEN=" + value}, &help); !errors.Is(err, config.ErrHelp) {
		t.Fatalf("error = %v, want ErrHelp", err)
	}
	if !strings.Contains(help.String(), "WHYSTOPPED_SLACK_BOT_TOKEN_FILE") {
		t.Errorf("the help does not tell of the files:\n%s", help.String())
	}
	_, _, failure := config.Load([]string{"-slack-bot-token=" + value, "-timeout=x"}, nil, io.Discard)
	_, _, badURL := config.Load([]string{"-database-url=" + value}, nil, io.Discard)
	_, _, badKey := config.Load(nil, []string{"WHYSTOPPED_EVENTS_KEY=" + value + "\n", "WHYSTOPPED_DATABASE_URL=mysql://me:" + value + "@db/x"}, io.Discard)
	printed := []string{log.String(), string(inJSON), help.String(), fmt.Sprint(failure), fmt.Sprint(badURL), fmt.Sprint(badKey)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
		printed = append(printed, fmt.Sprintf(verb, cfg), fmt.Sprintf(verb, cfg.SlackBotToken), fmt.Sprintf(verb, &cfg))
	}
	for _, text := range printed {
		if strings.Contains(text, value) || strings.Contains(text, fmt.Sprintf("%x", value)) {
			t.Errorf("the secret is printed: %s", text)
		}
	}
	if cfg.SlackBotToken.Reveal() != value {
		t.Error("the secret cannot be had at all")
	}
}

func TestSlackSettings(t *testing.T) {
	dir := t.TempDir()
	inFile := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatalf("write %s: %v", name, err)
		}
		return path
	}
	file, other, signing := inFile("token", "from-file\n"), inFile("other", "other-file"), inFile("signing", key+"\n")
	type settings struct {
		Signing, Token string
		Channels       channels.Rules
	}
	tests := []struct {
		name     string
		args     []string
		environ  []string
		want     settings
		warnings int
	}{
		{name: "none", want: settings{}},
		{
			name: "variables",
			environ: []string{
				"WHYSTOPPED_SLACK_SIGNING_SECRET= " + key + " ", "WHYSTOPPED_SLACK_BOT_TOKEN=t", "WHYSTOPPED_SLACK_CHANNELS=default=#ecs;cause:startup.*=#platform",
			},
			want: settings{key, "t", channels.Rules{{Kind: channels.Default, Channel: "#ecs"}, {Kind: channels.Cause, Pattern: "startup.*", Channel: "#platform"}}},
		},
		{name: "a variable's file", environ: []string{"WHYSTOPPED_SLACK_BOT_TOKEN_FILE=" + file}, want: settings{Token: "from-file"}},
		{name: "a flag's file", args: []string{"-slack-signing-secret-file=" + signing}, want: settings{Signing: key}},
		{
			name: "the flag wins over a variable's file",
			args: []string{"-slack-bot-token=flag"}, environ: []string{"WHYSTOPPED_SLACK_BOT_TOKEN_FILE=" + file}, want: settings{Token: "flag"},
		},
		{
			name: "a flag's file wins over the variable",
			args: []string{"-slack-bot-token-file=" + file}, environ: []string{"WHYSTOPPED_SLACK_BOT_TOKEN=t", "WHYSTOPPED_SLACK_BOT_TOKEN_FILE=" + other},
			want: settings{Token: "from-file"},
		},
		{
			name:    "a variable beside its file is warned of",
			environ: []string{"WHYSTOPPED_SLACK_BOT_TOKEN=t", "WHYSTOPPED_SLACK_BOT_TOKEN_FILE=" + file},
			want:    settings{Token: "t"}, warnings: 1,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg, warnings, err := config.Load(test.args, append(test.environ, home), io.Discard)
			if err != nil {
				t.Fatalf("Load: %v", err)
			}
			got := settings{cfg.SlackSigningSecret.Reveal(), cfg.SlackBotToken.Reveal(), cfg.SlackChannels}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			if len(warnings) != test.warnings {
				t.Errorf("warnings %q, want %d", warnings, test.warnings)
			}
		})
	}
}

func TestSlackSettingsRefused(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, arg := range []string{"-slack-bot-token-file=" + empty, "-slack-bot-token-file=/no/such/file", "-slack-channels=ecs", "-slack-channels="} {
		_, _, err := config.Load([]string{arg}, []string{home}, io.Discard)
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line", arg, err)
		}
	}
}
