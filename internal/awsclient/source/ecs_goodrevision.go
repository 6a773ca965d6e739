package source

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"whystopped/internal/arn"
	"whystopped/internal/collect"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// GoodDefinition are the definitions of revisions that work in the task's place.
var GoodDefinition = Source{Name: evidence.GoodDefinitionSource, Call: Definition.Call}

// GoodAnswer is what ECS said of the revisions that work in the task's place.
type GoodAnswer struct {
	Asked
	Definitions []evidence.TaskDefinition
}

const (
	// maxGoodRevisions bounds the definitions that are read. A service seldom has
	// more than two deployments, of which one is the task's own.
	maxGoodRevisions = 3
	// goodGrace is how long a look waits for them when all else is there: they
	// decide nothing.
	goodGrace = 500 * time.Millisecond
)

// BeginGoodRevisions begins to read the revisions that work, as soon as the
// service is known. end is for when all else is there, and gives what came.
func (r *Reader) BeginGoodRevisions(
	ctx context.Context, service *Pending[ServiceAnswer], own string,
) (end func() GoodAnswer) {
	ctx, stop := context.WithCancel(ctx)
	good := Begin(func() GoodAnswer { return r.readGoodRevisions(ctx, service.Wait().Deployments, own) })
	return func() GoodAnswer {
		defer stop()
		defer time.AfterFunc(goodGrace, stop).Stop()
		return good.Wait()
	}
}

// readGoodRevisions reads the definitions of the deployments that work, except
// the task's own. Where calls are scarce it lets all others go first.
func (r *Reader) readGoodRevisions(ctx context.Context, deployments []evidence.Deployment, own string) GoodAnswer {
	revisions := goodRevisions(deployments, own)
	if len(revisions) == 0 {
		return GoodAnswer{}
	}
	var ans GoodAnswer
	behind := collect.Background(ctx)
	ans.Asked = r.ask(behind, GoodDefinition, allTime, func(ctx context.Context, _ *watch) (outcome, error) {
		var names []string
		var errs []error
		for _, revision := range revisions {
			def, err := r.getDefinition(ctx, revision)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			ans.Definitions = append(ans.Definitions, *definitionOf(def))
			names = append(names, nameOf(revision))
		}
		if len(errs) > 0 {
			return outcome{}, errors.Join(errs...)
		}
		return outcome{evidence.SourceOK, words.Say("detail.healthy", words.Args{"revisions": names})}, nil
	})
	return ans
}

// goodRevisions are the revisions of deployments that work, the newest
// deployment's first. There are none where the task's own is not known.
func goodRevisions(deployments []evidence.Deployment, own string) []string {
	if own == "" {
		return nil
	}
	newestFirst := slices.SortedStableFunc(slices.Values(deployments), func(a, b evidence.Deployment) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	var revisions []string
	for _, d := range newestFirst {
		revision := d.TaskDefinitionARN
		if d.Works() && revision != "" && revision != own && !slices.Contains(revisions, revision) {
			revisions = append(revisions, revision)
		}
	}
	return revisions[:min(len(revisions), maxGoodRevisions)]
}

// nameOf is a task definition's family and revision, "api:7".
func nameOf(revision string) string {
	if a, ok := arn.Parse(revision); ok {
		return a.Name()
	}
	return revision
}
