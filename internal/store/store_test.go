package store_test

import (
	"path/filepath"
	"testing"

	"whystopped/internal/store/pgtest"
	"whystopped/internal/store/storetest"
)

func TestSQLiteInAFile(t *testing.T) {
	storetest.Run(t, storetest.Database{
		URL:    func(t *testing.T) string { return "file:" + filepath.Join(t.TempDir(), "state", "history.db") },
		Shared: true,
	})
}

func TestSQLiteInMemory(t *testing.T) {
	storetest.Run(t, storetest.Database{URL: func(*testing.T) string { return "file::memory:" }})
}

func TestPostgreSQL(t *testing.T) {
	storetest.Run(t, storetest.Database{URL: func(t *testing.T) string { return pgtest.URL(t) }, Shared: true})
}
