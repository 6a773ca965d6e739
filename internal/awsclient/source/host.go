package source

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// HostAnswer is what was asked about the instance on which the task ran.
type HostAnswer struct {
	// instance is the question which instance it was.
	Instance Asked
	// Asked and records are the calls that were made in its session.
	Asked
	Records []evidence.Record
}

// Instance is the container instance that the task ran on, and HostTrail has the
// calls of its session.
var (
	Instance = Source{
		Name: evidence.InstanceSource,
		Call: Call{
			Action: "ecs:DescribeContainerInstances", Policy: "hosts.json", Quota: limit.ClusterResourceRead,
			Try: func(ctx context.Context, at *session.Clients, p Place) (string, error) {
				in := &ecs.DescribeContainerInstancesInput{
					Cluster: aws.String(p.Cluster), ContainerInstances: []string{madeUpTask},
				}
				_, err := at.ECS.DescribeContainerInstances(ctx, in)
				return p.arn("ecs", "container-instance/"+p.Cluster+"/"+madeUpTask), err
			},
		},
	}
	HostTrail = Source{Name: evidence.HostTrailSource, Call: Trail.Call}
)

// maxHostRecords bounds the calls that are kept of a host, which works for
// other tasks as well.
const maxHostRecords = 20

// LookUpHost looks for refused calls in the session of the task's host. It asks
// nothing unless the role at fault may be the host's.
func (r *Reader) LookUpHost(ctx context.Context, soFar evidence.Evidence) HostAnswer {
	suspect := suspectHost(soFar)
	if !suspect.suspected {
		return HostAnswer{}
	}
	var ans HostAnswer
	if suspect.instance == "" {
		suspect.instance, ans.Instance = r.instanceOf(ctx, soFar.Task)
	}
	if suspect.instance == "" {
		return ans
	}
	ans.Asked = r.ask(ctx, HostTrail, allTime, func(ctx context.Context, _ *watch) (outcome, error) {
		var found trailRecords
		err := r.lookUp(ctx, suspect.instance, r.LifeOf(soFar.Task), &found)
		ans.Records = suspect.choose(found.chosen())
		return found.ofHost(
			suspect.instance, len(ans.Records), r.settled(TaskAnswer{State: taskFound, Task: soFar.Task}), err,
		), err
	})
	return ans
}

// instanceOf asks ECS for the id of the instance that the task ran on.
func (r *Reader) instanceOf(ctx context.Context, t *evidence.Task) (id string, a Asked) {
	a = r.ask(ctx, Instance, HalfTime, func(ctx context.Context, _ *watch) (outcome, error) {
		out, err := r.region(r.Ref.Region).ECS.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{
			Cluster:            aws.String(r.Ref.Cluster),
			ContainerInstances: []string{t.ContainerInstanceARN},
		})
		switch {
		case err != nil:
			return outcome{}, fmt.Errorf("describe container instance %s: %w", t.ContainerInstanceARN, err)
		case out.ContainerInstances == nil && out.Failures == nil:
			return outcome{}, fmt.Errorf(
				"describe container instance %s: %w", t.ContainerInstanceARN, failure.ErrEmptyAnswer,
			)
		case len(out.ContainerInstances) == 0:
			return outcome{evidence.SourceEmpty, words.Say("detail.instance-gone", nil)}, nil
		}
		id = aws.ToString(out.ContainerInstances[0].Ec2InstanceId)
		return outcome{evidence.SourceOK, words.Say("detail.instance", words.Args{"instance": id})}, nil
	})
	return id, a
}

// ofHost says what the look-up of a host's session came to.
func (t *trailRecords) ofHost(instance string, kept int, settled bool, err error) outcome {
	args := words.Args{"n": kept, "instance": instance}
	say := func(id string) words.Text { return words.Say("detail.host"+id, args) }
	switch {
	case err != nil && kept == 0:
		return outcome{}
	case err != nil:
		return outcome{detail: say("-aborted")}
	case t.truncated:
		return outcome{evidence.SourceTruncated, say("-truncated")}
	case kept > 0:
		return outcome{evidence.SourceOK, say("")}
	case !settled:
		return outcome{evidence.SourceTooEarly, say("-too-early")}
	}
	return outcome{evidence.SourceEmpty, say("")}
}

// suspicion is whether the role at fault may be the host's, and what speaks for it.
type suspicion struct {
	suspected bool
	// instance is the id that a refusal names; "" where none does.
	instance string
	// actions are what was refused, as far as that is said: "GetAuthorizationToken".
	actions []string
}

// suspectHost decides by this rule: the task ran on a container instance; it
// was told of a refusal, by ECS or in its log; and the refusal names an
// instance's session, or names nobody and there is no role that should have
// been taken in the host's place: no execution role where ECS tells of it, no
// task role where the log does.
func suspectHost(soFar evidence.Evidence) suspicion {
	var s suspicion
	t := soFar.Task
	if t == nil || t.ContainerInstanceARN == "" {
		return s
	}
	execution, task := soFar.EffectiveRoles()
	own := []string{t.StoppedReason}
	for _, c := range t.Containers {
		own = append(own, c.Reason)
	}
	for _, text := range own {
		s.read(text, soFar.TaskDefinition != nil && execution == "")
	}
	for _, l := range soFar.Logs {
		for _, line := range l.Lines {
			s.read(line.Text, soFar.TaskDefinition != nil && task == "")
		}
	}
	return s
}

var (
	// hostSession is the session of an instance's role, of EC2 or ECS Anywhere.
	hostSession = regexp.MustCompile(`:assumed-role/[^/\s]+/(m?i-[0-9a-f]{8,17})\b`)
	// anySession is the session of any role.
	anySession = regexp.MustCompile(`:assumed-role/[^/\s]+/[^\s/]`)
	// refusedAction is what a refusal says was asked for.
	refusedAction = regexp.MustCompile(
		`(?:perform: [\w-]+:|operation(?: error)?:? (?:[\w-]+: )?|calling the )([A-Z]\w+)`,
	)
)

// read looks at one text; noRole is whether the role that it should be about
// does not exist.
func (s *suspicion) read(text string, noRole bool) {
	if !refuses(text) {
		return
	}
	switch named := hostSession.FindStringSubmatch(text); {
	case named != nil:
		s.suspected, s.instance = true, named[1]
	case noRole && !anySession.MatchString(text):
		s.suspected = true
	default:
		return
	}
	if action := refusedAction.FindStringSubmatch(text); action != nil && !slices.Contains(s.actions, action[1]) {
		s.actions = append(s.actions, action[1])
	}
}

// refuses reports whether a text has the words of a denial.
func refuses(text string) bool {
	return slices.ContainsFunc(denialTerms, func(term string) bool { return strings.Contains(text, term) })
}

// choose keeps the newest refused calls, and only those of the actions that the
// texts name where they name any: a host makes calls that are none of the task's.
func (s suspicion) choose(records []evidence.Record) []evidence.Record {
	records = slices.DeleteFunc(records, func(rec evidence.Record) bool {
		return rec.ErrorCode == "" || len(s.actions) > 0 && !slices.ContainsFunc(
			s.actions, func(a string) bool { return strings.EqualFold(a, rec.EventName) },
		)
	})
	records = records[max(0, len(records)-maxHostRecords):]
	for i := range records {
		records[i].Host = s.instance
	}
	return records
}
