package app

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// The demo's bad deploy: revision 42 of a service reads a secret that its new
// execution role may not.
const (
	demoCluster = "production"
	demoService = "basket"
	goodNumber  = 41
	badNumber   = 42
	// demoStops is how many of its tasks stopped, demoEvery how long after each
	// other.
	demoStops = 14
	demoEvery = 160 * time.Second
)

// demoDeploy puts a bad deploy into the demo's account, and gives the events by
// which ECS would have told of it.
func demoDeploy(s *awsfake.Scenario, now time.Time) ([]casebook.Event, error) {
	at := slices.IndexFunc(s.Clusters, func(c awsfake.Cluster) bool { return c.Name == demoCluster })
	if at < 0 {
		return nil, fmt.Errorf("the demo has no cluster %s", demoCluster)
	}
	cluster := &s.Clusters[at]
	cluster.Services = append(cluster.Services, demoDeployments(s, now))
	s.TaskDefinitions = append(s.TaskDefinitions, demoRevision(s, goodNumber), demoRevision(s, badNumber))
	s.Roles = append(s.Roles, awsfake.Role{Name: "basket-execution-v2"})
	var events []casebook.Event
	for i := range demoStops {
		task := demoStop(s, i, now.Add(-time.Duration(demoStops-i)*demoEvery))
		cluster.Tasks = append(cluster.Tasks, task)
		event, err := demoEvent(task)
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

func demoDefinition(s *awsfake.Scenario, number int) string {
	return s.ARN("ecs", fmt.Sprintf("task-definition/%s:%d", demoService, number))
}

func demoRole(s *awsfake.Scenario, name string) string {
	return "arn:" + s.Partition + ":iam::" + s.Account + ":role/" + name
}

func demoSecret(s *awsfake.Scenario) string {
	return s.ARN("secretsmanager", "secret:basket/payment-key-Ab1Cd2")
}

// demoDeployments is the service in the middle of its deploy: the old revision
// still serves.
func demoDeployments(s *awsfake.Scenario, now time.Time) awsfake.Service {
	began := awsfake.Epoch{Time: now.Add(-(demoStops + 1) * demoEvery)}
	return awsfake.Service{
		ServiceARN: s.ARN("ecs", "service/"+demoCluster+"/"+demoService), ServiceName: demoService, ClusterARN: s.ARN("ecs", "cluster/"+demoCluster),
		Status: "ACTIVE", DesiredCount: 3, RunningCount: 3, LaunchType: "FARGATE", CreatedAt: awsfake.Epoch{Time: now.AddDate(0, -4, 0)},
		TaskDefinition: demoDefinition(s, badNumber),
		Deployments: []awsfake.Deployment{
			{ID: "ecs-svc/4242424242424242424", Status: "PRIMARY", TaskDefinition: demoDefinition(s, badNumber), DesiredCount: 3, FailedTasks: demoStops, CreatedAt: began, RolloutState: "IN_PROGRESS"},
			{ID: "ecs-svc/4141414141414141414", Status: "ACTIVE", TaskDefinition: demoDefinition(s, goodNumber), DesiredCount: 3, RunningCount: 3, CreatedAt: awsfake.Epoch{Time: now.AddDate(0, 0, -6)}, RolloutState: "COMPLETED"},
		},
	}
}

// demoRevision is a revision of the task definition. The bad one has another
// execution role, and a secret more.
func demoRevision(s *awsfake.Scenario, number int) awsfake.TaskDefinition {
	role, secrets := "basket-execution", []awsfake.Secret{{Name: "DB_PASSWORD", ValueFrom: s.ARN("secretsmanager", "secret:basket/db-password-Zz9Yy8")}}
	if number == badNumber {
		role = "basket-execution-v2"
		secrets = append(secrets, awsfake.Secret{Name: "PAYMENT_KEY", ValueFrom: demoSecret(s)})
	}
	return awsfake.TaskDefinition{
		TaskDefinitionARN: demoDefinition(s, number), Family: demoService, Revision: number, Status: "ACTIVE", NetworkMode: "awsvpc",
		ExecutionRoleARN: demoRole(s, role), TaskRoleARN: demoRole(s, "basket-task"), CPU: "512", Memory: "1024",
		ContainerDefinitions: []awsfake.ContainerDefinition{{
			Name: "app", Image: fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/basket:1.%d", s.Account, s.Region, number), Essential: true, Secrets: secrets,
		}},
	}
}

func demoStop(s *awsfake.Scenario, i int, stopped time.Time) awsfake.Task {
	id := fmt.Sprintf("%x", md5.Sum(fmt.Appendf(nil, "%s %d", demoService, i)))
	arn := s.ARN("ecs", "task/"+demoCluster+"/"+id)
	denied := fmt.Sprintf("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: "+
		"service call has been retried 1 time(s): failed to fetch secret %[1]s from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, "+
		"RequestID: %[2]s, api error AccessDeniedException: User: arn:%[3]s:sts::%[4]s:assumed-role/basket-execution-v2/%[5]s is not authorized to perform: secretsmanager:GetSecretValue "+
		"on resource: %[1]s because no identity-based policy allows the secretsmanager:GetSecretValue action", demoSecret(s), uuidLike(id), s.Partition, s.Account, id)
	return awsfake.Task{
		TaskARN: arn, ClusterARN: s.ARN("ecs", "cluster/"+demoCluster), TaskDefinitionARN: demoDefinition(s, badNumber), Group: taskref.ServiceGroup(demoService),
		LaunchType: "FARGATE", LastStatus: "STOPPED", DesiredStatus: "STOPPED", StopCode: "TaskFailedToStart", StoppedReason: denied,
		CreatedAt: awsfake.Epoch{Time: stopped.Add(-40 * time.Second)}, StoppingAt: awsfake.Epoch{Time: stopped.Add(-10 * time.Second)}, StoppedAt: awsfake.Epoch{Time: stopped},
		Containers: []awsfake.Container{{Name: "app", TaskARN: arn, LastStatus: "STOPPED"}},
	}
}

func uuidLike(hex string) string {
	return hex[:8] + "-" + hex[8:12] + "-" + hex[12:16] + "-" + hex[16:20] + "-" + hex[20:32]
}

// demoEvent is what ECS tells of a task's end.
func demoEvent(task awsfake.Task) (casebook.Event, error) {
	told, err := json.Marshal(task)
	if err != nil {
		return casebook.Event{}, fmt.Errorf("write the demo's task %s: %w", task.TaskARN, err)
	}
	known := &evidence.Task{}
	if err := json.Unmarshal(told, known); err != nil {
		return casebook.Event{}, fmt.Errorf("read the demo's task %s: %w", task.TaskARN, err)
	}
	ref := known.Ref()
	return casebook.Event{ID: "demo-" + ref.TaskID, At: known.StoppedAt.Time, Ref: ref, Task: known}, nil
}
