package revision_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/revision"
)

// orders is a revision with one of everything. Each call makes it anew.
func orders() evidence.TaskDefinition {
	return evidence.TaskDefinition{
		TaskDefinitionARN: "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:6", Family: "orders", Revision: 6,
		ExecutionRoleARN: "arn:aws:iam::111122223333:role/orders-exec", TaskRoleARN: "arn:aws:iam::111122223333:role/orders-task",
		NetworkMode: "awsvpc", CPU: "256", Memory: "512", RequiresCompatibilities: []string{"FARGATE"},
		RuntimePlatform: evidence.RuntimePlatform{CPUArchitecture: "X86_64", OperatingSystemFamily: "LINUX"},
		Volumes: []evidence.Volume{{Name: "data", EFS: &evidence.EFSVolume{
			FileSystemID: "fs-1", TransitEncryption: "ENABLED", AuthorizationConfig: evidence.EFSAuthorization{AccessPointID: "fsap-1", IAM: "ENABLED"},
		}}},
		ContainerDefinitions: []evidence.ContainerDefinition{
			{
				Name: "app", Image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1.4", Command: []string{"serve", "--port", "8080"},
				Memory: "256", MemoryReservation: "128", StopTimeout: new(30),
				Secrets:               []evidence.Secret{{Name: "DB_PASSWORD", ValueFrom: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-password-AbCdEf"}, {Name: "API_KEY", ValueFrom: "/orders/api-key"}},
				RepositoryCredentials: &evidence.RepositoryCredentials{CredentialsParameter: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"},
				EnvironmentFiles:      []evidence.EnvironmentFile{{Type: "s3", Value: "arn:aws:s3:::config/app.env"}},
				LogConfiguration:      &evidence.LogConfiguration{LogDriver: "awslogs", Options: map[string]string{"awslogs-group": "/ecs/orders", "awslogs-region": "eu-west-1"}},
				HealthCheck:           &evidence.HealthCheck{Command: []string{"CMD-SHELL", "curl -f localhost:8080/health"}, Interval: new(30), Retries: new(3)},
				MountPoints:           []evidence.MountPoint{{SourceVolume: "data", ContainerPath: "/data"}},
				DependsOn:             []evidence.Dependency{{ContainerName: "router", Condition: "START"}},
			},
			{
				Name: "router", Image: "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable",
				FirelensConfiguration: &evidence.FirelensConfiguration{Type: "fluentbit", Options: map[string]string{"config-file-type": "file"}},
			},
		},
	}
}

func TestChanges(t *testing.T) {
	app := func(d *evidence.TaskDefinition) *evidence.ContainerDefinition { return &d.ContainerDefinitions[0] }
	tests := []struct {
		name   string
		change func(*evidence.TaskDefinition)
		want   []revision.Change
	}{
		{name: "the same", change: func(*evidence.TaskDefinition) {}},
		{name: "only another revision", change: func(d *evidence.TaskDefinition) {
			d.Revision, d.TaskDefinitionARN, d.Status = 7, "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:7", "INACTIVE"
		}},
		{name: "containers and secrets in another order", change: func(d *evidence.TaskDefinition) {
			slices.Reverse(app(d).Secrets)
			slices.Reverse(d.ContainerDefinitions)
		}},
		{name: "what ECS takes for granted is written down", change: func(d *evidence.TaskDefinition) { app(d).Essential = new(true) }},
		{
			name:   "another execution role",
			change: func(d *evidence.TaskDefinition) { d.ExecutionRoleARN = "arn:aws:iam::111122223333:role/other" },
			want:   []revision.Change{{What: "execution-role", Before: "arn:aws:iam::111122223333:role/orders-exec", After: "arn:aws:iam::111122223333:role/other"}},
		},
		{
			name:   "no task role any more",
			change: func(d *evidence.TaskDefinition) { d.TaskRoleARN = "" },
			want:   []revision.Change{{What: "task-role", Before: "arn:aws:iam::111122223333:role/orders-task"}},
		},
		{
			name: "a secret moved to another ARN",
			change: func(d *evidence.TaskDefinition) {
				app(d).Secrets[0].ValueFrom = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-password-GhIjKl"
			},
			want: []revision.Change{{
				What: "secret", Container: "app", Name: "DB_PASSWORD",
				Before: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-password-AbCdEf", After: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-password-GhIjKl",
			}},
		},
		{
			name: "a secret more, and one less",
			change: func(d *evidence.TaskDefinition) {
				app(d).Secrets[1] = evidence.Secret{Name: "TOKEN", ValueFrom: "/orders/token"}
			},
			want: []revision.Change{
				{What: "secret", Container: "app", Name: "API_KEY", Before: "/orders/api-key"},
				{What: "secret", Container: "app", Name: "TOKEN", After: "/orders/token"},
			},
		},
		{
			name:   "no login for the registry",
			change: func(d *evidence.TaskDefinition) { app(d).RepositoryCredentials = nil },
			want:   []revision.Change{{What: "repository-credentials", Container: "app", Before: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"}},
		},
		{
			name: "a digest for a tag",
			change: func(d *evidence.TaskDefinition) {
				app(d).Image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:" + strings.Repeat("0a", 32)
			},
			want: []revision.Change{{
				What: "image", Container: "app",
				Before: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1.4", After: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:" + strings.Repeat("0a", 32),
			}},
		},
		{
			name: "another log group, and no region",
			change: func(d *evidence.TaskDefinition) {
				app(d).LogConfiguration.Options = map[string]string{"awslogs-group": "/ecs/order"}
			},
			want: []revision.Change{
				{What: "log-option", Container: "app", Name: "awslogs-group", Before: "/ecs/orders", After: "/ecs/order"},
				{What: "log-option", Container: "app", Name: "awslogs-region", Before: "eu-west-1"},
			},
		},
		{
			name: "another log driver, with a token",
			change: func(d *evidence.TaskDefinition) {
				app(d).LogConfiguration = &evidence.LogConfiguration{
					LogDriver: "splunk", Options: map[string]string{"splunk-url": "https://splunk.example", "splunk-token": "0a1b2c3d"},
					SecretOptions: []evidence.Secret{{Name: "splunk-token", ValueFrom: "/splunk/token"}},
				}
			},
			want: []revision.Change{
				{What: "log-driver", Container: "app", Before: "awslogs", After: "splunk"},
				{What: "log-option", Container: "app", Name: "awslogs-group", Before: "/ecs/orders"},
				{What: "log-option", Container: "app", Name: "awslogs-region", Before: "eu-west-1"},
				{What: "log-option", Container: "app", Name: "splunk-token", After: "[redacted]"},
				{What: "log-option", Container: "app", Name: "splunk-url", After: "https://splunk.example"},
				{What: "secret-option", Container: "app", Name: "splunk-token", After: "/splunk/token"},
			},
		},
		{
			name: "the log router reads its configuration from S3",
			change: func(d *evidence.TaskDefinition) {
				d.ContainerDefinitions[1].FirelensConfiguration.Options = map[string]string{"config-file-type": "s3", "config-file-value": "arn:aws:s3:::config/fluent.conf"}
			},
			want: []revision.Change{
				{What: "log-router", Container: "router", Name: "config-file-type", Before: "file", After: "s3"},
				{What: "log-router", Container: "router", Name: "config-file-value", After: "arn:aws:s3:::config/fluent.conf"},
			},
		},
		{
			name: "another environment file, and one more",
			change: func(d *evidence.TaskDefinition) {
				app(d).EnvironmentFiles = []evidence.EnvironmentFile{{Value: "arn:aws:s3:::config/new.env"}, {Value: "arn:aws:s3:::config/more.env"}}
			},
			want: []revision.Change{
				{What: "environment-file", Container: "app", Before: "arn:aws:s3:::config/app.env", After: "arn:aws:s3:::config/new.env"},
				{What: "environment-file", Container: "app", After: "arn:aws:s3:::config/more.env"},
			},
		},
		{
			name: "the volume without IAM, and a second one",
			change: func(d *evidence.TaskDefinition) {
				d.Volumes[0].EFS.AuthorizationConfig.IAM = ""
				d.Volumes = append(d.Volumes, evidence.Volume{Name: "scratch"})
				app(d).MountPoints = append(app(d).MountPoints, evidence.MountPoint{SourceVolume: "scratch", ContainerPath: "/tmp"})
			},
			want: []revision.Change{
				{
					What: "volume", Name: "data",
					Before: "EFS fileSystemId=fs-1 accessPointId=fsap-1 iam=ENABLED transitEncryption=ENABLED", After: "EFS fileSystemId=fs-1 accessPointId=fsap-1 transitEncryption=ENABLED",
				},
				{What: "volume", Name: "scratch", After: "on the host"},
				{What: "mount", Container: "app", Name: "/tmp", After: "scratch"},
			},
		},
		{
			name: "a volume of another kind",
			change: func(d *evidence.TaskDefinition) {
				d.Volumes[0] = evidence.Volume{Name: "data", FSx: &evidence.FSxVolume{
					FileSystemID: "fs-2", RootDirectory: `share`,
					AuthorizationConfig: evidence.FSxAuthorization{CredentialsParameter: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:fsx-AbCdEf", Domain: "corp.example"},
				}}
			},
			want: []revision.Change{{
				What: "volume", Name: "data",
				Before: "EFS fileSystemId=fs-1 accessPointId=fsap-1 iam=ENABLED transitEncryption=ENABLED",
				After:  "FSx fileSystemId=fs-2 rootDirectory=share credentialsParameter=arn:aws:secretsmanager:eu-west-1:111122223333:secret:fsx-AbCdEf domain=corp.example",
			}},
		},
		{
			name: "another command, behind an entry point",
			change: func(d *evidence.TaskDefinition) {
				app(d).EntryPoint, app(d).Command = []string{"sh", "-c"}, []string{"serve --port 80"}
			},
			want: []revision.Change{
				{What: "entry-point", Container: "app", After: "sh -c"},
				{What: "command", Container: "app", Before: "serve --port 8080", After: `"serve --port 80"`},
			},
		},
		{
			name: "a stricter health check",
			change: func(d *evidence.TaskDefinition) {
				app(d).HealthCheck.Command[1], app(d).HealthCheck.Interval, app(d).HealthCheck.StartPeriod = "true", new(5), new(10)
			},
			want: []revision.Change{
				{What: "health-check", Container: "app", Name: "command", Before: `CMD-SHELL "curl -f localhost:8080/health"`, After: "CMD-SHELL true"},
				{What: "health-check", Container: "app", Name: "interval", Before: "30", After: "5"},
				{What: "health-check", Container: "app", Name: "startPeriod", After: "10"},
			},
		},
		{
			name: "less of everything, on another platform",
			change: func(d *evidence.TaskDefinition) {
				d.CPU, d.Memory, d.NetworkMode, d.RuntimePlatform.CPUArchitecture = "128", "256", "bridge", "ARM64"
				d.RequiresCompatibilities = []string{"FARGATE", "EC2"}
				app(d).Memory, app(d).MemoryReservation, app(d).StopTimeout = "64", "", new(2)
			},
			want: []revision.Change{
				{What: "memory", Before: "512", After: "256"},
				{What: "memory", Container: "app", Before: "256", After: "64"},
				{What: "memory", Container: "app", Name: "memoryReservation", Before: "128"},
				{What: "cpu", Before: "256", After: "128"},
				{What: "network-mode", Before: "awsvpc", After: "bridge"},
				{What: "platform", Name: "cpuArchitecture", Before: "X86_64", After: "ARM64"},
				{What: "compatibility", After: "EC2"},
				{What: "stop-timeout", Container: "app", Before: "30", After: "2"},
			},
		},
		{
			name: "a container instead of another, with what it needs",
			change: func(d *evidence.TaskDefinition) {
				d.ContainerDefinitions[1] = evidence.ContainerDefinition{
					Name: "agent", Image: "agent:2", Memory: "64", Essential: new(false),
					Secrets: []evidence.Secret{{Name: "KEY", ValueFrom: "/agent/key"}},
				}
				app(d).DependsOn[0] = evidence.Dependency{ContainerName: "agent", Condition: "HEALTHY"}
			},
			want: []revision.Change{
				{What: "secret", Container: "agent", Name: "KEY", After: "/agent/key"},
				{What: "container", Container: "agent", After: "agent:2"},
				{What: "container", Container: "router", Before: "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable"},
				{What: "dependency", Container: "app", Name: "agent", After: "HEALTHY"},
				{What: "dependency", Container: "app", Name: "router", Before: "START"},
			},
		},
		{
			name: "roles first, whatever else there is",
			change: func(d *evidence.TaskDefinition) {
				d.ContainerDefinitions[1].Essential = new(false)
				app(d).Image, app(d).Secrets[1].ValueFrom = "orders:2", "/orders/key"
				d.TaskRoleARN, d.ExecutionRoleARN = "arn:aws:iam::111122223333:role/b", "arn:aws:iam::111122223333:role/a"
			},
			want: []revision.Change{
				{What: "execution-role", Before: "arn:aws:iam::111122223333:role/orders-exec", After: "arn:aws:iam::111122223333:role/a"},
				{What: "task-role", Before: "arn:aws:iam::111122223333:role/orders-task", After: "arn:aws:iam::111122223333:role/b"},
				{What: "secret", Container: "app", Name: "API_KEY", Before: "/orders/api-key", After: "/orders/key"},
				{What: "image", Container: "app", Before: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1.4", After: "orders:2"},
				{What: "essential", Container: "router", Before: "true", After: "false"},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after := orders()
			tt.change(&after)
			if diff := cmp.Diff(tt.want, revision.Compare(orders(), after)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestChangesShowNoSecret(t *testing.T) {
	// Made up, and put together here so that no scanner takes it for a leak.
	const secret = "hunter2" + "-of-the-database"
	const other = "hunter3" + "-of-the-database"
	with := func(value string) evidence.TaskDefinition {
		return evidence.TaskDefinition{ContainerDefinitions: []evidence.ContainerDefinition{{
			Name:                  "app",
			EntryPoint:            []string{"run", "--password=" + value},
			Command:               []string{"--db-password", value, "postgres://app:" + value + "@db.internal:5432/app"},
			HealthCheck:           &evidence.HealthCheck{Command: []string{"CMD", "psql", "--password", value}},
			LogConfiguration:      &evidence.LogConfiguration{Options: map[string]string{"splunk-token": value, "apikey": value, "HTTP_Passwd": value}},
			FirelensConfiguration: &evidence.FirelensConfiguration{Options: map[string]string{"aws_secret_access_key": value}},
		}}}
	}
	changes := revision.Compare(with(secret), with(other))
	text, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "hunter") {
		t.Errorf("a secret is shown: %s", text)
	}
	kinds := map[string]int{}
	for _, c := range changes {
		kinds[c.What]++
	}
	if diff := cmp.Diff(map[string]int{"entry-point": 1, "command": 1, "health-check": 1, "log-option": 3, "log-router": 1}, kinds); diff != "" {
		t.Errorf("what changed is still told (-want +got):\n%s", diff)
	}
}

// TestNoPartOfADefinitionIsForgotten sets each field of a definition for itself,
// so that one which joins it later must be compared as well.
func TestNoPartOfADefinitionIsForgotten(t *testing.T) {
	names := map[string]bool{"TaskDefinitionARN": true, "Family": true, "Revision": true, "Status": true, "Name": true, "ContainerDefinitions": true}
	told := map[string]bool{}
	check := func(field string, before, after evidence.TaskDefinition) {
		changes := revision.Compare(before, after)
		if len(changes) == 0 && !names[field] {
			t.Errorf("%s is not compared", field)
		}
		for _, c := range changes {
			told[c.What] = true
			if c.Before == c.After {
				t.Errorf("%s: %+v tells of no change", field, c)
			}
		}
	}
	for i := range reflect.TypeFor[evidence.TaskDefinition]().NumField() {
		var after evidence.TaskDefinition
		fill(reflect.ValueOf(&after).Elem().Field(i))
		check(reflect.TypeFor[evidence.TaskDefinition]().Field(i).Name, evidence.TaskDefinition{}, after)
	}
	for i := range reflect.TypeFor[evidence.ContainerDefinition]().NumField() {
		app := evidence.ContainerDefinition{Name: "app"}
		before := evidence.TaskDefinition{ContainerDefinitions: []evidence.ContainerDefinition{app}}
		fill(reflect.ValueOf(&app).Elem().Field(i))
		check(reflect.TypeFor[evidence.ContainerDefinition]().Field(i).Name, before, evidence.TaskDefinition{ContainerDefinitions: []evidence.ContainerDefinition{app}})
	}
	want := []string{
		"command", "compatibility", "container", "cpu", "credential-spec", "dependency", "entry-point", "environment-file", "essential", "execution-role",
		"health-check", "image", "log-driver", "log-option", "log-router", "memory", "mount", "network-mode", "platform", "repository-credentials",
		"secret", "secret-option", "security-option", "stop-timeout", "task-role", "volume",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(told))); diff != "" {
		t.Errorf("kinds of changes, of which none may be renamed (-want +got):\n%s", diff)
	}
}

// fill sets v to something else than its zero value, however deep.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int:
		v.SetInt(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"x": "x"}))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}
