package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date. The caller holds the lock.
func (s *Store) migrate(ctx context.Context) error {
	if err := s.orderedText(ctx); err != nil {
		return fmt.Errorf("make the type of ids: %w", err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("find the migrations: %w", err)
	}
	provider, err := goose.NewProvider(s.gooseDialect(), s.writes, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	done, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if len(done) > 0 {
		s.opts.Log.InfoContext(ctx, "the database is brought up to date", "version", done[len(done)-1].Source.Version)
	}
	if s.opts.Migrate == nil {
		return nil
	}
	if err := s.opts.Migrate(ctx, s.writes); err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	return nil
}

// orderedText makes the type of texts that sort by their bytes, as ids have to:
// a database of PostgreSQL sorts by the rules of some language. SQLite takes any
// name that has TEXT in it.
func (s *Store) orderedText(ctx context.Context) error {
	if s.dialect == SQLite {
		return nil
	}
	var there bool
	err := s.writes.QueryRowContext(ctx, "SELECT to_regtype('ordered_text') IS NOT NULL").Scan(&there)
	if err != nil || there {
		return err
	}
	_, err = s.writes.ExecContext(ctx, `CREATE DOMAIN ordered_text AS TEXT COLLATE "C"`)
	return err
}

func (s *Store) gooseDialect() goose.Dialect {
	return map[Dialect]goose.Dialect{SQLite: goose.DialectSQLite3, PostgreSQL: goose.DialectPostgres}[s.dialect]
}
