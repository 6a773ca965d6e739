package deploy_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/iampolicy"
)

const (
	stack  = "deploy/cloudformation/whystopped.yaml"
	member = "deploy/cloudformation/member-account.yaml"
)

// resolved gives a template's value as it comes out in the partition aws, with
// every parameter's default and every condition met. What only AWS knows is
// written as ${Name}.
func resolved(v any, params map[string]any) any {
	switch v := v.(type) {
	case []any:
		out := []any{}
		for _, item := range v {
			if item := resolved(item, params); item != noValue {
				out = append(out, item)
			}
		}
		return out
	case map[string]any:
		for tag, arg := range v {
			if strings.HasPrefix(tag, "!") {
				return function(tag, arg, params)
			}
		}
		out := map[string]any{}
		for key, item := range v {
			if item := resolved(item, params); item != noValue {
				out[key] = item
			}
		}
		return out
	}
	return v
}

const noValue = "${AWS::NoValue}"

func function(tag string, arg any, params map[string]any) any {
	switch tag {
	case "!If":
		return resolved(at(arg, 1), params)
	case "!Ref", "!GetAtt":
		if value := str(at(params, str(arg), "Default")); value != "" {
			return value
		}
		return "${" + str(arg) + "}"
	case "!Sub":
		s := strings.ReplaceAll(str(arg), "${AWS::Partition}", "aws")
		for name, p := range params {
			if value := str(at(p, "Default")); value != "" {
				s = strings.ReplaceAll(s, "${"+name+"}", value)
			}
		}
		return s
	}
	return tag
}

// policies are the identity policies of a template: by the name of the role's
// resource or policy's resource, and the policy's own.
func policies(t *testing.T, path string) map[string]iampolicy.Document {
	t.Helper()
	template := load(t, path)
	params := dict(template["Parameters"])
	all := map[string]iampolicy.Document{}
	add := func(name string, policy any) {
		text, err := json.Marshal(at(policy, "PolicyDocument"))
		if err != nil {
			t.Fatal(err)
		}
		all[name+"/"+str(at(policy, "PolicyName"))] = document(t, text)
	}
	for name, resource := range dict(template["Resources"]) {
		properties := resolved(at(resource, "Properties"), params)
		switch str(at(resource, "Type")) {
		case "AWS::IAM::Policy":
			add(name, properties)
		case "AWS::IAM::Role":
			for _, policy := range list(at(properties, "Policies")) {
				add(name, policy)
			}
		}
	}
	return all
}

func TestTemplatesGrantWhatIsShipped(t *testing.T) {
	for path, want := range map[string]map[string]string{
		stack: {
			"ReadTasks/required": "required", "ReadLogs/logs": "logs", "ReadRoles/proof": "proof", "ReadHosts/hosts": "hosts", "TaskRole/accounts": "accounts", "TaskRole/queue": "queue",
		},
		member: {"ReadTasks/required": "required", "ReadLogs/logs": "logs", "ReadRoles/proof": "proof", "ReadHosts/hosts": "hosts"},
	} {
		granted := policies(t, path)
		for name, file := range want {
			shipped := shipped(t, file)
			if file == "queue" { // that of the stack itself
				shipped.Statement[0].Resource = []string{"${Queue.Arn}"}
			}
			if diff := cmp.Diff(shipped, granted[name]); diff != "" {
				t.Errorf("%s: %s is not deploy/iam/%s.json (-file +template):\n%s", path, name, file, diff)
			}
		}
	}
}

// TestTemplatesGrantNothingElse: what is not of deploy/iam is named here, and
// each statement names its resources as far as IAM lets it.
func TestTemplatesGrantNothingElse(t *testing.T) {
	own := map[string][]string{
		"ExecutionRole/log":     {"logs:CreateLogStream", "logs:PutLogEvents"},
		"ExecutionRole/image":   {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer"},
		"ExecutionRole/secrets": {"kms:Decrypt", "secretsmanager:GetSecretValue"},
		"SenderRole/send":       {"events:PutEvents"},
	}
	withoutResource := []string{"ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "ecs:ListTasks", "ecs:ListClusters", "cloudtrail:LookupEvents"}
	fromFiles := []string{"required", "logs", "proof", "hosts", "accounts", "queue"}
	found := map[string]bool{}
	for _, path := range []string{stack, member} {
		for name, doc := range policies(t, path) {
			var actions []string
			for _, s := range doc.Statement {
				actions = append(actions, s.Action...)
				if slices.Contains(s.Resource, "*") && slices.ContainsFunc(s.Action, func(a string) bool { return !slices.Contains(withoutResource, a) }) {
					t.Errorf("%s: %s allows %v on everything", path, name, s.Action)
				}
			}
			if _, policy, _ := strings.Cut(name, "/"); slices.Contains(fromFiles, policy) {
				continue
			}
			slices.Sort(actions)
			found[name] = true
			if diff := cmp.Diff(own[name], actions); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", path, name, diff)
			}
		}
	}
	for name := range own {
		if !found[name] {
			t.Errorf("there is no %s any more; take it out of the list", name)
		}
	}
}

// TestOnlyTheLoadBalancerReachesTheTasks, and whoever reads their figures.
func TestOnlyTheLoadBalancerReachesTheTasks(t *testing.T) {
	resources := dict(load(t, stack)["Resources"])
	var sources []string
	for _, rule := range list(at(resources, "TaskGroup", "Properties", "SecurityGroupIngress")) {
		sources = append(sources, str(at(rule, "SourceSecurityGroupId", "!Ref"))+str(at(rule, "CidrIp")))
	}
	for _, resource := range resources {
		if str(at(resource, "Type")) == "AWS::EC2::SecurityGroupIngress" && str(at(resource, "Properties", "GroupId", "!Ref")) == "TaskGroup" {
			sources = append(sources, str(at(resource, "Properties", "SourceSecurityGroupId", "!Ref"))+str(at(resource, "Properties", "CidrIp")))
		}
	}
	if diff := cmp.Diff([]string{"LoadBalancerGroup", "MetricsSecurityGroupId"}, sources); diff != "" {
		t.Errorf("who reaches the tasks (-want +got):\n%s", diff)
	}
}

// TestWhatPassesTheLogin: the load balancer hands on without a login only what
// brings a proof of its own.
func TestWhatPassesTheLogin(t *testing.T) {
	passes := map[string][]any{}
	for name, resource := range dict(load(t, stack)["Resources"]) {
		if str(at(resource, "Type")) != "AWS::ElasticLoadBalancingV2::ListenerRule" || str(at(resource, "Properties", "Actions", 0, "Type")) != "forward" {
			continue
		}
		passes[name] = list(at(resource, "Properties", "Conditions", 0, "PathPatternConfig", "Values"))
		if second := at(resource, "Properties", "Conditions", 1); second == nil {
			t.Errorf("%s hands on every request to %v", name, passes[name])
		}
	}
	want := map[string][]any{"SlackPasses": {"/slack/commands", "/slack/events"}, "EventsPass": {"/api/v1/events"}, "TokensPass": {"/api/*"}}
	if diff := cmp.Diff(want, passes); diff != "" {
		t.Errorf("paths without a login (-want +got):\n%s", diff)
	}
}

// container is the one container of the stack's task definition.
func container(t *testing.T) map[string]any {
	t.Helper()
	return dict(at(load(t, stack), "Resources", "TaskDefinition", "Properties", "ContainerDefinitions", 0))
}

func TestTheContainerIsLockedDown(t *testing.T) {
	got := container(t)
	want := map[string]any{
		"User": "65532:65532", "ReadonlyRootFilesystem": true,
		"LinuxParameters": map[string]any{"Capabilities": map[string]any{"Drop": []any{"ALL"}}},
		"HealthCheck": map[string]any{
			"Command": []any{"CMD", "/whystopped", "-check"}, "Interval": 10, "Timeout": 5, "Retries": 3, "StartPeriod": 30,
		},
	}
	for key, value := range want {
		if diff := cmp.Diff(value, got[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
}

// variables are the names in a list of Name and Value, or ValueFrom.
func variables(v any) []string {
	names := map[string]bool{}
	for _, item := range list(v) {
		if chosen := at(item, "!If", 1); chosen != nil {
			item = chosen
		}
		names[str(at(item, "Name"))] = true
	}
	return slices.Sorted(maps.Keys(names))
}
