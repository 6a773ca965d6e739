package app

import (
	"context"
	"fmt"
	"slices"

	"whystopped/internal/awsclient"
	"whystopped/internal/casebook"
	"whystopped/internal/ingest"
	"whystopped/internal/permissions"
)

// tester tries permissions where the service reads: at home, and where the
// newest of the kept diagnoses that were read from AWS are from.
type tester struct {
	*awsclient.Collector
	kept interface {
		Summaries(ctx context.Context, f casebook.Filter, cursor string, limit int) (casebook.SummaryPage, error)
	}
}

var _ permissions.Tester = tester{}

// lookedThrough is how many kept diagnoses are looked through for places.
const lookedThrough = 100

// Places implements permissions.Tester.
func (t tester) Places(ctx context.Context) ([]permissions.Place, error) {
	var places []permissions.Place
	if home := t.Home(ctx); home.Region != "" {
		places = append(places, home)
	}
	newest, err := t.kept.Summaries(ctx, casebook.Filter{}, "", lookedThrough)
	if err != nil {
		return nil, fmt.Errorf("list the newest diagnoses: %w", err)
	}
	for _, d := range newest.Summaries {
		place := permissions.Place{Account: d.Ref.Account, Region: d.Ref.Region, Cluster: d.Ref.Cluster}
		i := slices.IndexFunc(places, func(p permissions.Place) bool { return p.Account == place.Account && p.Region == place.Region })
		switch {
		case i >= 0 && places[i].Cluster == "":
			places[i].Cluster = place.Cluster
		case i < 0 && place.Account != "" && place.Region != "":
			places = append(places, place)
		}
	}
	// What was kept may be from before the lists were narrowed.
	return slices.DeleteFunc(places, func(p permissions.Place) bool { return !t.Reads(p) }), nil
}

// Permissions implements permissions.Tester.
func (t tester) Permissions() []permissions.Permission {
	return append(t.Collector.Permissions(), ingest.Permissions()...)
}

// Try implements permissions.Tester.
func (t tester) Try(ctx context.Context, place permissions.Place) []permissions.Trial {
	return t.TryPermissions(ctx, place)
}

// permissionsCheck is the readiness's line on permissions.
func permissionsCheck(k *permissions.Keeper) string {
	r, tried := k.Last()
	switch n := r.LackingRequired(); {
	case !tried:
		return "not tried"
	case n > 0:
		return fmt.Sprintf("lacks %d required", n)
	}
	return "ok"
}
