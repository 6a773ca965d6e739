package app_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"whystopped/internal/awsclient/awsfake"
)

const (
	// marker is the secret of these tests. By itself it looks like a word, so that
	// it is gone only where its place says what it is.
	marker = "correct-horse-of-the-tests"

	markedTask     = "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef"
	markedRevision = "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:8"
)

// markedAWS is AWS with the marker wherever somebody may have written a secret.
type markedAWS struct {
	*awsfake.Server

	mu   sync.Mutex
	said map[string]string // operation to the last answer
}

func newMarkedAWS() *markedAWS {
	return &markedAWS{Server: awsfake.New(markedScenario()), said: map[string]string{}}
}

func markedScenario() awsfake.Scenario {
	ago := func(d time.Duration) awsfake.Epoch { return awsfake.Epoch{Time: time.Now().Add(-d)} }
	secret := "connect to postgres://app:" + marker + "@db.internal/app with DB_PASSWORD=" + marker
	session := "arn:aws:sts::111122223333:assumed-role/orders-task/0123456789abcdef0123456789abcdef"
	denial := "User: " + session + " is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:orders because no identity-based policy allows the sqs:CreateQueue action"
	return awsfake.Scenario{
		Clusters: []awsfake.Cluster{{
			Name: "prod",
			Services: []awsfake.Service{{
				ServiceName: "orders", Status: "ACTIVE", TaskDefinition: markedRevision,
				Events: []awsfake.ServiceEvent{{ID: "e1", CreatedAt: ago(9 * time.Minute), Message: "(service orders) " + secret}},
			}},
			Tasks: []awsfake.Task{{
				TaskARN: markedTask, ClusterARN: "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", TaskDefinitionARN: markedRevision,
				Group: "service:orders", LaunchType: "FARGATE", LastStatus: "STOPPED", DesiredStatus: "STOPPED", StartedBy: "token=" + marker,
				StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited: " + secret, Version: 5,
				CreatedAt: ago(10 * time.Minute), StartedAt: ago(9 * time.Minute), StoppedAt: ago(8 * time.Minute),
				Containers: []awsfake.Container{{Name: "app", TaskARN: markedTask, RuntimeID: "0123456789abcdef0123456789abcdef-1", LastStatus: "STOPPED", ExitCode: new(1), Reason: secret}},
				Overrides:  awsfake.TaskOverrides{ContainerOverrides: []awsfake.ContainerOverride{{Name: "app", Command: []string{"serve", "--db-password", marker}}}},
			}},
		}},
		LogGroups: []awsfake.LogGroup{{Name: "/ecs/orders", Streams: []awsfake.LogStream{{
			Name:   "ecs/app/0123456789abcdef0123456789abcdef",
			Events: []awsfake.LogEvent{{At: ago(9 * time.Minute).Time, Message: secret}, {At: ago(8 * time.Minute).Time, Message: "fatal: " + secret + ": AccessDenied: " + denial}},
		}}}},
		Trail: []awsfake.TrailRecord{{
			EventTime: ago(8 * time.Minute).Time, EventSource: "sqs.amazonaws.com", EventName: "CreateQueue", ErrorCode: "AccessDenied", ErrorMessage: denial + " " + secret,
			UserIdentity:      awsfake.TrailIdentity{Type: "AssumedRole", ARN: session},
			RequestParameters: map[string]any{"masterUserPassword": marker, "attributes": map[string]any{"api-key": marker}},
			ResponseElements:  map[string]any{"credentials": map[string]any{"sessionToken": marker}},
		}},
		TaskDefinitions: []awsfake.TaskDefinition{{
			TaskDefinitionARN: markedRevision, Family: "orders", Revision: 8, Status: "ACTIVE", TaskRoleARN: "arn:aws:iam::111122223333:role/orders-task",
			ContainerDefinitions: []awsfake.ContainerDefinition{{
				Name: "app", Image: "orders:8", Essential: true, Command: []string{"serve", "--api-key", marker},
				Environment: []awsfake.KeyValue{{Name: "MODE", Value: marker}, {Name: "DB_PASSWORD", Value: marker}},
				Secrets:     []awsfake.Secret{{Name: "API_TOKEN", ValueFrom: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/api-AbCdEf"}},
				HealthCheck: &awsfake.HealthCheck{Command: []string{"CMD-SHELL", "curl -u app:" + marker + " http://localhost"}},
				LogConfiguration: &awsfake.LogConfiguration{LogDriver: "awslogs", Options: map[string]string{
					"awslogs-group": "/ecs/orders", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "ecs", "splunk-token": marker,
				}},
			}},
		}},
		Roles: []awsfake.Role{{Name: "orders-task"}},
	}
}

// ServeHTTP adds to the double's answers what ECS tells and the double does not
// know: the fields with which nothing is diagnosed.
func (a *markedAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := httptest.NewRecorder()
	a.Server.ServeHTTP(rec, r)
	body := rec.Body.Bytes()
	var answer any
	if json.Unmarshal(body, &answer) == nil {
		mark(answer)
		body, _ = json.Marshal(answer) // of what was JSON a moment ago
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	a.mu.Lock()
	a.said[operation] = string(body)
	a.mu.Unlock()
	for name, values := range rec.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(rec.Code)
	w.Write(body)
}

// mark adds the fields to every task, override and container of an answer.
func mark(v any) {
	variables := []any{map[string]any{"name": "MODE", "value": marker}, map[string]any{"name": "API_TOKEN", "value": marker}}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			mark(item)
		}
	case map[string]any:
		for _, member := range v {
			mark(member)
		}
		if _, isTask := v["stopCode"]; isTask {
			v["tags"] = []any{map[string]any{"key": "owner", "value": marker}}
		}
		if _, isDefinition := v["image"]; isDefinition && v["essential"] != nil {
			v["environment"] = variables
			v["dockerLabels"] = map[string]any{"com.example.owner": marker}
			v["entryPoint"] = []any{"run", "--token", marker}
			v["extraHosts"] = []any{map[string]any{"hostname": marker, "ipAddress": "10.0.0.1"}}
			v["systemControls"] = []any{map[string]any{"namespace": "kernel.x", "value": marker}}
			v["firelensConfiguration"] = map[string]any{"type": "fluentbit", "options": map[string]any{"auth-token": marker}}
			v["dockerSecurityOptions"] = []any{"credentialspec=" + marker}
		}
		if list, ok := v["containerOverrides"].([]any); ok {
			for _, o := range list {
				o.(map[string]any)["environment"] = variables
			}
		}
	}
}
