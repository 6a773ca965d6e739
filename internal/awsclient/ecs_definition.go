package awsclient

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/diagnose/evidence"
)

// definitionAnswer is what ECS said of the task's own revision.
type definitionAnswer struct {
	asked
	definition *evidence.TaskDefinition
}

const sourceDefinition = "ecs:DescribeTaskDefinition"

// describeDefinition asks for one revision of a task definition. A revision
// never changes, so that each is asked for once.
func (r *run) describeDefinition(ctx context.Context, revision string) definitionAnswer {
	if revision == "" {
		return definitionAnswer{asked: r.skip(sourceDefinition, "The task does not say which task definition it was made from.")}
	}
	if def, ok := r.definitions.Get(revision); ok {
		src := evidence.Source{Name: sourceDefinition, Status: evidence.SourceOK, Detail: "Known from before: a revision never changes."}
		r.tell(src)
		return definitionAnswer{asked: asked{source: src}, definition: definitionOf(def)}
	}
	var ans definitionAnswer
	ans.asked = r.ask(ctx, sourceDefinition, half, func(ctx context.Context, _ *watch) (outcome, error) {
		def, err := r.getDefinition(ctx, revision)
		if err != nil {
			return outcome{}, err
		}
		ans.definition = definitionOf(def)
		return outcome{status: evidence.SourceOK}, nil
	})
	return ans
}

// getDefinition gives a revision that is kept, or asks for it and keeps it.
// Those who ask for the same one at the same time share the answer.
func (r *run) getDefinition(ctx context.Context, revision string) (*types.TaskDefinition, error) {
	t := r.target(r.ref.Region)
	return together(ctx, &r.asking, t.role+" "+t.region+" "+revision, func(ctx context.Context) (*types.TaskDefinition, error) {
		if def, ok := r.definitions.Get(revision); ok { // by an answer that has just come
			return def, nil
		}
		out, err := r.at(t).ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(revision)})
		if err == nil && out.TaskDefinition == nil {
			err = errEmptyAnswer
		}
		if err != nil {
			return nil, fmt.Errorf("describe task definition %s: %w", revision, err)
		}
		forgetValues(out.TaskDefinition)
		r.definitions.Put(revision, out.TaskDefinition)
		return out.TaskDefinition, nil
	})
}

// forgetValues drops what is not needed and may be secret, before the
// definition is kept.
func forgetValues(d *types.TaskDefinition) {
	for i := range d.ContainerDefinitions {
		d.ContainerDefinitions[i].Environment = nil
		d.ContainerDefinitions[i].DockerLabels = nil
	}
}
