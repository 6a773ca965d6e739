package awsclient

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// oneDefinition knows one task definition; other calls panic.
type oneDefinition struct {
	ecsAPI
	definition types.TaskDefinition
}

func (d oneDefinition) DescribeTaskDefinition(context.Context, *ecs.DescribeTaskDefinitionInput, ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: &d.definition}, nil
}

func TestTheKeptDefinitionHoldsNoValues(t *testing.T) {
	value := "do-not-keep"
	c := New(Options{})
	c.targets.Put(target{region: "eu-west-1"}, &clients{ecs: oneDefinition{definition: types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{{
		Environment:  []types.KeyValuePair{{Name: &value, Value: &value}},
		DockerLabels: map[string]string{"label": value},
	}}}}})
	r := &run{Collector: c, now: c.opts.Now()}
	r.ref.Region = "eu-west-1"
	if ans := r.describeDefinition(t.Context(), "api:7"); ans.definition == nil {
		t.Fatal("no definition was read")
	}
	kept, ok := c.definitions.Get("api:7")
	if !ok {
		t.Fatal("no definition was kept")
	}
	if k := kept.ContainerDefinitions[0]; k.Environment != nil || k.DockerLabels != nil {
		t.Errorf("kept %v and %v", k.Environment, k.DockerLabels)
	}
}
