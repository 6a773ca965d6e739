package source

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// DefinitionAnswer is what ECS said of the task's own revision.
type DefinitionAnswer struct {
	Asked
	Definition *evidence.TaskDefinition
}

// Definition is the revision of the task definition that the task was made from.
var Definition = Source{
	Name: evidence.DefinitionSource,
	Call: Call{
		Action: "ecs:DescribeTaskDefinition", Policy: "required.json", Required: true, Quota: limit.DefinitionRead,
		Try: func(ctx context.Context, at *session.Clients, p Place) (string, error) {
			in := &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(madeUp + ":1")}
			_, err := at.ECS.DescribeTaskDefinition(ctx, in)
			return p.arn("ecs", "task-definition/"+madeUp+":1"), err
		},
	},
}

// maxDefinitions bounds the task definitions that are kept. They are a few
// kilobytes each.
const maxDefinitions = 500

// DescribeDefinition asks for one revision of a task definition. A revision
// never changes, so that each is asked for once.
func (r *Reader) DescribeDefinition(ctx context.Context, revision string) DefinitionAnswer {
	if revision == "" {
		return DefinitionAnswer{Asked: r.Skip(Definition, words.Say("detail.no-revision", nil))}
	}
	if def, ok := r.definitions.Get(revision); ok {
		src := evidence.Source{
			Name: Definition.Name, Status: evidence.SourceOK, Detail: words.Plain(words.Say("detail.stored-revision", nil).English),
		}
		r.tell(src)
		return DefinitionAnswer{Asked: Asked{Source: src}, Definition: definitionOf(def)}
	}
	var ans DefinitionAnswer
	ans.Asked = r.ask(ctx, Definition, HalfTime, func(ctx context.Context, _ *watch) (outcome, error) {
		def, err := r.getDefinition(ctx, revision)
		if err != nil {
			return outcome{}, err
		}
		ans.Definition = definitionOf(def)
		return outcome{status: evidence.SourceOK}, nil
	})
	return ans
}

// getDefinition returns a stored revision, or asks for it and stores it.
// Those who ask for the same one at the same time share the answer.
func (r *Reader) getDefinition(ctx context.Context, revision string) (*types.TaskDefinition, error) {
	t := r.Target(r.Ref.Region)
	key := t.Role + " " + t.Region + " " + revision
	return limit.Together(ctx, &r.asking, key, func(ctx context.Context) (*types.TaskDefinition, error) {
		if def, ok := r.definitions.Get(revision); ok { // by an answer that has just come
			return def, nil
		}
		out, err := r.At(t).ECS.DescribeTaskDefinition(
			ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(revision)},
		)
		if err == nil && out.TaskDefinition == nil {
			err = failure.ErrEmptyAnswer
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
