package samples

import (
	"slices"
	"strings"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/ids"
)

// writeTrail writes what CloudTrail recorded of a task: the roles that ECS
// assumed for it, the calls of its start that must have been answered for it to
// come as far as it did, and those of the draft.
func (b *builder) writeTrail(r run) {
	if !r.refused {
		b.scenario.Trail = append(b.scenario.Trail, r.assumedRoles()...)
	}
	for _, c := range slices.Concat(r.startCalls(), r.calls) {
		b.scenario.Trail = append(b.scenario.Trail, r.record(c))
	}
}

// startCalls are the calls of the start that were answered.
func (r run) startCalls() []apiCall {
	var calls []apiCall
	add := func(at time.Time, call string, params map[string]any) {
		calls = append(calls, apiCall{by: r.puller(), before: r.at.ended.Sub(at), call: call, params: params})
	}
	for _, box := range r.boxes {
		if r.life >= failedPull {
			r.secretCalls(box, add)
		}
		repository, ours := strings.CutPrefix(box.image, registry+"/")
		repository, _, _ = strings.Cut(repository, ":")
		if ours && r.life >= failedPull {
			add(r.at.created.Add(9*time.Second), "ecr:GetAuthorizationToken", nil)
		}
		if ours && r.life >= failedStart {
			add(r.at.pullStarted, "ecr:BatchGetImage", map[string]any{"repositoryName": repository, "registryId": awsfake.DefaultAccount})
			add(r.at.pullStarted.Add(time.Second), "ecr:GetDownloadUrlForLayer", map[string]any{"repositoryName": repository, "registryId": awsfake.DefaultAccount})
		}
		if r.life >= ran {
			add(r.at.started.Add(-time.Second), "logs:CreateLogStream", map[string]any{"logGroupName": r.logGroup(), "logStreamName": r.streamName(box)})
		}
	}
	return calls
}

func (r run) secretCalls(box box, add func(time.Time, string, map[string]any)) {
	at := r.at.created.Add(10 * time.Second)
	for _, s := range box.secrets {
		if _, name, ok := strings.Cut(s.ValueFrom, ":parameter"); ok {
			add(at, "ssm:GetParameters", map[string]any{"names": []string{name}, "withDecryption": true})
			continue
		}
		add(at, "secretsmanager:GetSecretValue", map[string]any{"secretId": s.ValueFrom})
	}
}

// record writes one call as CloudTrail has it. A refused call has no
// parameters, and its code is AccessDenied whatever the API answered.
func (r run) record(c apiCall) awsfake.TrailRecord {
	service, name, _ := strings.Cut(c.call, ":")
	rec := awsfake.TrailRecord{
		UserIdentity:      r.identity(c),
		EventTime:         r.at.ended.Add(-c.before),
		EventSource:       service + ".amazonaws.com",
		EventName:         name,
		SourceIPAddress:   "203.0.113.24",
		UserAgent:         userAgents[c.by],
		ReadOnly:          readOnly(name),
		RequestParameters: r.replaced(c.params),
	}
	if c.denied != "" {
		rec.ErrorCode, rec.ErrorMessage = "AccessDenied", r.text.Replace(c.denied)
		rec.RequestParameters = nil
	}
	if c.via != "" {
		rec.SourceIPAddress, rec.UserAgent = c.via, c.via
	}
	return rec
}

var userAgents = map[caller]string{
	byExec:     "aws-sdk-go-v2/1.41.0 os/linux lang/go#1.25.3 md/GOOS#linux md/GOARCH#amd64 exec-env/AWS_ECS_FARGATE",
	byTask:     "aws-sdk-python/1.40.55 os/linux lang/python#3.13.1 exec-env/AWS_ECS_FARGATE",
	byInstance: "aws-sdk-go-v2/1.41.0 os/linux lang/go#1.25.3 amazon-ecs-agent/1.101.0",
	byOperator: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
}

func readOnly(name string) bool {
	return slices.ContainsFunc([]string{"Get", "BatchGet", "Describe", "List", "Decrypt"}, func(p string) bool { return strings.HasPrefix(name, p) })
}

func (r run) replaced(params map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range params {
		if s, ok := v.(string); ok {
			v = r.text.Replace(s)
		}
		out[k] = v
	}
	return out
}

func (r run) identity(c apiCall) awsfake.TrailIdentity {
	role, session := r.role(c.by)
	arn := r.session(c.by)
	return awsfake.TrailIdentity{
		Type:        "AssumedRole",
		PrincipalID: ids.OfRole(arn) + ":" + session,
		ARN:         arn,
		AccountID:   awsfake.DefaultAccount,
		AccessKeyID: ids.Unique("ASIA", arn)[:20],
		InvokedBy:   c.via,
		SessionContext: &awsfake.TrailSession{
			SessionIssuer: awsfake.TrailIssuer{Type: "Role", PrincipalID: ids.OfRole(arn), ARN: role, AccountID: awsfake.DefaultAccount, UserName: ids.LastSegment(role)},
			Attributes:    map[string]string{"creationDate": r.at.created.Format(time.RFC3339), "mfaAuthenticated": "false"},
		},
	}
}

// assumedRoles are the records of ECS assuming the task's roles. No name of a
// user is in them: the look-up by the session's name does not find them.
func (r run) assumedRoles() []awsfake.TrailRecord {
	var records []awsfake.TrailRecord
	for _, by := range []caller{byExec, byTask} {
		role, session := r.role(by)
		if role == "" {
			continue
		}
		records = append(records, awsfake.TrailRecord{
			UserIdentity:      awsfake.TrailIdentity{Type: "AWSService", InvokedBy: "ecs-tasks.amazonaws.com"},
			EventTime:         r.at.created.Add(2 * time.Second),
			EventSource:       "sts.amazonaws.com",
			EventName:         "AssumeRole",
			SourceIPAddress:   "ecs-tasks.amazonaws.com",
			UserAgent:         "ecs-tasks.amazonaws.com",
			ReadOnly:          true,
			RequestParameters: map[string]any{"roleArn": role, "roleSessionName": session, "durationSeconds": 21600},
			Resources:         []awsfake.TrailResource{{AccountID: awsfake.DefaultAccount, Type: "AWS::IAM::Role", ARN: role}},
		})
	}
	return records
}
