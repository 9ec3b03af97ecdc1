package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// versionTable is where goose notes which migrations a database has had.
const versionTable = "sluice_schema_version"

// migrate brings the tables of a database up to date. With readOnly it only checks
// that they are.
func migrate(ctx context.Context, dialect goose.Dialect, db *sql.DB, readOnly bool) error {
	dir, err := fs.Sub(migrations, "migrations/"+map[goose.Dialect]string{
		goose.DialectSQLite3: "sqlite", goose.DialectPostgres: "postgres",
	}[dialect])
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true)}
	if dialect == goose.DialectPostgres {
		// Nodes that start together migrate one after the other: ask each second, for a minute.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db, dir, options...)
	if err != nil {
		return err
	}
	current, target, err := provider.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case current > target:
		return fmt.Errorf("%w: its tables have version %d, this program knows versions up to %d", ErrNewer, current, target)
	case current == target:
		return nil
	case readOnly:
		return fmt.Errorf("its tables have version %d, this program needs %d: open it for writing once", current, target)
	}
	_, err = provider.Up(ctx)
	return err
}
