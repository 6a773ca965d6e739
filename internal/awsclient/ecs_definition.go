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
	if def, ok := r.definitions.get(revision); ok {
		src := evidence.Source{Name: sourceDefinition, Status: evidence.SourceOK, Detail: "Known from before: a revision never changes."}
		r.tell(src)
		return definitionAnswer{asked: asked{source: src}, definition: definitionOf(def)}
	}
	var ans definitionAnswer
	ans.asked = r.ask(ctx, sourceDefinition, half, func(ctx context.Context, _ *watch) (outcome, error) {
		out, err := r.region(r.ref.Region).ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
			TaskDefinition: aws.String(revision),
		})
		if err != nil {
			return outcome{}, fmt.Errorf("describe task definition %s: %w", revision, err)
		}
		if out.TaskDefinition == nil {
			return outcome{}, fmt.Errorf("describe task definition %s: %w", revision, errEmptyAnswer)
		}
		forgetValues(out.TaskDefinition)
		r.definitions.put(revision, out.TaskDefinition)
		ans.definition = definitionOf(out.TaskDefinition)
		return outcome{status: evidence.SourceOK}, nil
	})
	return ans
}

// forgetValues drops what is not needed and may be secret, before the
// definition is kept.
func forgetValues(d *types.TaskDefinition) {
	for i := range d.ContainerDefinitions {
		d.ContainerDefinitions[i].Environment = nil
		d.ContainerDefinitions[i].DockerLabels = nil
	}
}
