package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/store"
	"whystopped/internal/store/storetest"
)

func options(url string) store.Options {
	return store.Options{URL: url, Log: slog.New(slog.DiscardHandler), Now: time.Now, NewID: casebook.NewID}
}

func TestURLsThatCannotBeOpened(t *testing.T) {
	const password = "s3cret"
	deaf, err := net.Listen("tcp", "127.0.0.1:0") // and closed: nobody answers there
	if err != nil {
		t.Fatal(err)
	}
	deaf.Close()
	port := deaf.Addr().(*net.TCPAddr).Port
	folder := t.TempDir()
	noDatabase := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(noDatabase, []byte(strings.Repeat("not a database\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, url, want string
	}{
		{"empty", "", "write file:PATH for SQLite"},
		{"a path alone", "/var/lib/history.db", "write file:PATH for SQLite"},
		{"another database", "mysql://why:" + password + "@db.example.com/why", "write file:PATH for SQLite"},
		{"no file", "file:", "names no file"},
		{"a file with parameters", "file:history.db?mode=ro", "has parameters"},
		{"a file on a host", "file://db.example.com/history.db", "names a host"},
		{"a folder", "file:" + folder, "open the database " + folder},
		{"a file of another kind", "file:" + noDatabase, "not a database"},
		{"a port that is none", "postgres://why:" + password + "@db.example.com:port/why", "write postgres://"},
		{"a password that is not escaped", "postgres://why:100%" + password + "@db.example.com/why", "write postgres://"},
		{"a parameter that is none", "postgres://why:" + password + "@db.example.com/why?sslmode=" + password, "write postgres://"},
		{"nobody answers", fmt.Sprintf("postgres://why:%s@127.0.0.1:%d/why", password, port), fmt.Sprintf("open the database why on 127.0.0.1:%d", port)},
	}
	for _, test := range tests {
		s, err := store.Open(t.Context(), options(test.url))
		if err == nil {
			s.Close()
			t.Errorf("%s: opened", test.name)
			continue
		}
		if got := err.Error(); !strings.Contains(got, test.want) || strings.Contains(got, password) || strings.Contains(got, "\n") {
			t.Errorf("%s: the error is %q; want one line with %q and no password", test.name, got, test.want)
		}
	}
}

func TestFilesAreForOneUser(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state of 100%", "why#stopped")
	path := filepath.Join(folder, "history?.db")
	if _, err := store.Open(t.Context(), options("file:"+path)); err == nil {
		t.Error("a question mark was taken for a part of the name")
	}
	path = filepath.Join(folder, "history.db")
	s, err := store.Open(t.Context(), options("file://"+path))
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	defer s.Close()
	if _, err := s.Save(t.Context(), casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: "1"}}); err != nil {
		t.Fatalf("Save: %v", err)
	}
	modes := map[string]os.FileMode{"": 0o700, "/history.db": 0o600, "/history.db-wal": 0o600, "/history.db-shm": 0o600, "/history.db-lock": 0o600}
	for name, want := range modes {
		info, err := os.Stat(folder + name)
		if err != nil {
			t.Errorf("stat: %v", err)
			continue
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has the mode %o, want %o", folder+name, got, want)
		}
	}
}

// TestInABubble: the tests of others run with the clock of testing/synctest,
// which fails a test that leaves a goroutine behind.
func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := storetest.Open(t)
		d := diagnose.Diagnosis{ID: casebook.NewID(time.Now()), CreatedAt: time.Now()}
		if _, err := s.Save(t.Context(), casebook.Kept{Diagnosis: d}); err != nil {
			t.Errorf("Save: %v", err)
		}
		time.Sleep(48 * time.Hour) // of the bubble's clock
		if _, err := s.Get(t.Context(), d.ID); err != nil {
			t.Errorf("Get: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Save(ctx, casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: "late"}}); err == nil {
			t.Error("Save went on for somebody who had gone")
		}
		if _, err := s.Get(t.Context(), d.ID); err != nil {
			t.Errorf("Get after somebody had gone: %v", err)
		}
	})
}
