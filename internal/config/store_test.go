package config_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"whystopped/internal/config"
)

func TestDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte("postgresql://me:pass@db:5432/whystopped?sslmode=verify-full\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		args    []string
		environ []string
		want    string
	}{
		{"by default", nil, []string{home}, "file:/home/me/.local/state/whystopped/whystopped.db"},
		{"the user's state folder", nil, []string{home, "XDG_STATE_HOME=/var/lib"}, "file:/var/lib/whystopped/whystopped.db"},
		{"a state folder without a home", nil, []string{"XDG_STATE_HOME=/var/lib"}, "file:/var/lib/whystopped/whystopped.db"},
		{"a state folder that is relative is none", nil, []string{home, "XDG_STATE_HOME=state"}, "file:/home/me/.local/state/whystopped/whystopped.db"},
		{"a folder with signs of a URL", nil, []string{"HOME=/home/a b?c#d%e"}, "file:/home/a%20b%3Fc%23d%25e/.local/state/whystopped/whystopped.db"},
		{"the demo", []string{"-demo"}, nil, "file::memory:"},
		{"the demo by variable", nil, []string{"WHYSTOPPED_DEMO=1", home}, "file::memory:"},
		{"the demo with a database", []string{"-demo", "-database-url=file:demo.db"}, nil, "file:demo.db"},
		{"a file without a home", []string{"-database-url=file:/srv/x.db?_pragma=busy_timeout(1)"}, nil, "file:/srv/x.db?_pragma=busy_timeout(1)"},
		{"PostgreSQL on a socket", nil, []string{"WHYSTOPPED_DATABASE_URL=postgres:///whystopped?host=/run/postgresql"}, "postgres:///whystopped?host=/run/postgresql"},
		{"in a file", []string{"-database-url-file=" + file}, nil, "postgresql://me:pass@db:5432/whystopped?sslmode=verify-full"},
		{"in a variable's file", nil, []string{"WHYSTOPPED_DATABASE_URL_FILE=" + file}, "postgresql://me:pass@db:5432/whystopped?sslmode=verify-full"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg, warnings, err := config.Load(test.args, test.environ, io.Discard)
			if err != nil || len(warnings) > 0 {
				t.Fatalf("Load: %v, warnings %q", err, warnings)
			}
			if got := cfg.DatabaseURL.Reveal(); got != test.want {
				t.Errorf("database %q, want %q", got, test.want)
			}
		})
	}
}

func TestDatabaseRefused(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		environ []string
		says    string
	}{
		{"nowhere to put it", nil, []string{"HOME=", "XDG_STATE_HOME="}, "WHYSTOPPED_DATABASE_URL"},
		{"no home at all", nil, nil, "HOME"},
		{"a path", []string{"-database-url=/srv/x.db"}, nil, "file:PATH"},
		{"a file without a path", []string{"-database-url=file:"}, nil, "file:PATH"},
		{"another database", []string{"-database-url=mysql://me:pass@db/x"}, nil, "postgres://"},
		{"PostgreSQL in key=value form", nil, []string{"WHYSTOPPED_DATABASE_URL=host=db password=pass"}, "postgres://"},
		{"a URL that is none", []string{"-database-url=postgres://me:p%zzass@db/x"}, nil, "postgres://"},
		{"PostgreSQL without slashes", []string{"-database-url=postgres:x"}, nil, "postgres://"},
		{"a key that can be guessed", []string{"-demo", "-events-key=" + key[1:]}, nil, "events-key: want 32"},
		{"a secret that is none of Slack's", []string{"-demo", "-slack-signing-secret=" + key[1:]}, nil, "slack-signing-secret: want"},
		{"a key of two words", []string{"-demo", "-events-key=two pass"}, nil, "events-key"},
		{"a key that no header can hold", []string{"-demo", "-events-key=pässe"}, nil, "events-key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := config.Load(test.args, test.environ, io.Discard)
			if err == nil {
				t.Fatal("no error")
			}
			if got := err.Error(); !strings.Contains(got, test.says) || strings.Contains(got, "\n") || strings.Contains(got, "pass@") || strings.Contains(got, "two pass") || strings.Contains(got, key[1:]) {
				t.Errorf("error %q, want one line with %q and without the value", got, test.says)
			}
		})
	}
}
