package source

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/session"
)

// TasksPerCall is what DescribeTasks takes at most.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
const TasksPerCall = 100

// Cluster is what one call of DescribeTasks can be for.
type Cluster struct {
	session.Target
	Name string
}

// described is what ECS said of one task.
type described struct {
	task *types.Task
	// reason is why ECS does not know it, where it says so.
	reason string
	// together is how many tasks were asked for in the same call.
	together int
}

// askTogether asks for one task of a cluster, in one call with others that are
// asked for at about the same time.
func (s *Shared) askTogether(ctx context.Context, in Cluster, id string) (described, error) {
	alone := !isTaskID(id) // ECS refuses the whole call for one such
	got, err := s.tasks.Ask(ctx, in, id, alone)
	if err != nil {
		return described{}, err
	}
	d := described{together: got.Asked}
	for i := range got.Answer.Tasks {
		if isNamed(aws.ToString(got.Answer.Tasks[i].TaskArn), id) {
			d.task = &got.Answer.Tasks[i]
			return d, nil
		}
	}
	for _, f := range got.Answer.Failures {
		if isNamed(aws.ToString(f.Arn), id) || got.Asked == 1 {
			d.reason = aws.ToString(f.Reason)
		}
	}
	return d, nil
}

// DescribeTasks asks for tasks of a cluster, at most TasksPerCall.
func (s *Shared) DescribeTasks(ctx context.Context, in Cluster, ids []string) (*ecs.DescribeTasksOutput, error) {
	out, err := s.At(in.Target).ECS.DescribeTasks(
		ctx, &ecs.DescribeTasksInput{Cluster: aws.String(in.Name), Tasks: ids},
	)
	if err == nil && out.Tasks == nil && out.Failures == nil {
		return nil, failure.ErrEmptyAnswer // AWS always sends one of the two
	}
	return out, err
}

// isNamed reports whether an ARN ends with the task's id.
func isNamed(taskARN, id string) bool {
	a, _ := arn.Parse(taskARN)
	return strings.EqualFold(a.Name(), id)
}

// isTaskID reports whether ECS looks an id up; it refuses others.
func isTaskID(id string) bool {
	return id != "" && len(id) <= 36 && strings.Trim(id, "0123456789abcdef-") == ""
}
