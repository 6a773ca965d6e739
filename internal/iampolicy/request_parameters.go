package iampolicy

import (
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/iampolicy/sar"
)

// parameters are the texts in requestParameters by key in lower case, outer
// ones first.
type parameters map[string][]string

// maxDepth is how deep requestParameters are read: EC2 has
// instancesSet.items[].instanceId.
const maxDepth = 4

func flatten(in map[string]any) parameters {
	out := parameters{}
	level := []map[string]any{in}
	for range maxDepth {
		var next []map[string]any
		for _, object := range level {
			for _, key := range sortedKeys(object) {
				next = append(next, out.add(strings.ToLower(key), object[key])...)
			}
		}
		level = next
	}
	return out
}

// add keeps a value's texts and gives back the objects in it.
func (p parameters) add(key string, value any) (objects []map[string]any) {
	switch v := value.(type) {
	case string:
		if v != "" && v != "***" && !strings.HasPrefix(v, "HIDDEN_") {
			p[key] = append(p[key], v)
		}
	case []any:
		for _, item := range v {
			objects = append(objects, p.add(key, item)...)
		}
	case map[string]any:
		objects = append(objects, v)
	}
	return objects
}

func (p parameters) first(key string) string {
	if values := p[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// all lists the texts of all parameters, in the order of their keys.
func (p parameters) all() []string {
	var texts []string
	for _, key := range sortedKeys(p) {
		texts = append(texts, p[key]...)
	}
	return texts
}

// valuesOf returns what the parameters say about a template's variable.
func (r request) valuesOf(t sar.ResourceType, variable string) []string {
	if r.act.Service == "ecs" {
		if values, ok := r.ecsValue(variable); ok {
			return values
		}
	}
	for _, key := range r.keysOf(t, variable) {
		values := r.parameters[key]
		if form := idForms[r.act.Service]; form != nil && r.isID(variable) {
			values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !form.MatchString(v) })
		}
		if len(values) > 0 {
			return values
		}
	}
	return nil
}

// isID reports whether a variable stands for an id that the service makes up. A
// name is none, and policies with a name in an id's place allow nothing.
func (r request) isID(variable string) bool {
	return strings.HasSuffix(strings.ToLower(variable), "id") && !slices.Contains(oddParameters[r.act.Service+"."+variable], "name")
}

// idForms are the ids of services that take a name in the same parameter. They
// ask for a digit, which ids hardly ever lack and words like "prod" do.
// https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_appconfigdata_StartConfigurationSession.html
var idForms = map[string]*regexp.Regexp{"appconfig": regexp.MustCompile(`^[a-z]{0,6}[0-9][a-z0-9]{0,6}$`)}

// owner is the account whose resource a request is about, where it says so: an
// ECR registry, a CodeArtifact domain, a Glue catalog, a queue.
func (r request) owner() string {
	for _, key := range []string{"registryid", "domainowner", "catalogid", "queueownerawsaccountid"} {
		if account := r.parameters.first(key); arn.IsAccount(account) {
			return account
		}
	}
	return ""
}

// written is a parameter's value as ARNs have it.
func (r request) written(variable, value string) string {
	switch r.act.Service + "." + variable {
	case "wafv2.Scope":
		// https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html
		if value == "CLOUDFRONT" {
			return "global"
		}
		return strings.ToLower(value)
	case "lambda.FunctionName":
		// https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
		if qualifier := r.parameters.first("qualifier"); qualifier != "" && strings.HasPrefix(r.act.Name, "InvokeFunction") && !strings.Contains(value, ":") {
			return value + ":" + qualifier
		}
	}
	return value
}

// keysOf lists the parameters that may tell a variable: for TopicName in
// sns:Publish topicName, topicArn, topicIdentifier, topic.
func (r request) keysOf(t sar.ResourceType, variable string) []string {
	name := strings.TrimSuffix(strings.ToLower(variable), "withpath")
	stem := strings.TrimSuffix(strings.TrimSuffix(name, "name"), "id")
	keys := append([]string{name}, oddParameters[r.act.Service+"."+variable]...)
	if stem == "" { // Route 53 calls each variable Id
		return append(keys, strings.ToLower(t.Name)+"id")
	}
	for _, tail := range []string{"arn", "identifier", "", "name", "id"} {
		if tail != "name" || !r.isID(variable) {
			keys = append(keys, stem+tail)
		}
	}
	if strings.Contains(strings.ToLower(r.act.Name), stem) && !r.isID(variable) {
		keys = append(keys, "name")
	}
	return keys
}

// oddParameters are the parameters whose names do not follow from a template's
// variable. It is read only.
var oddParameters = map[string][]string{
	"autoscaling.GroupFriendlyName":        {"autoscalinggroupname"},
	"bedrock.ResourceId":                   {"modelid"},
	"ec2.SecurityGroupId":                  {"groupid", "groupids"},
	"kms.KeyId":                            {"targetkeyid", "destinationkeyid"},
	"rds.ClusterParameterGroupName":        {"dbclusterparametergroupname"},
	"rds.ClusterSnapshotName":              {"dbclustersnapshotidentifier"},
	"rds.DbClusterInstanceName":            {"dbclusteridentifier"},
	"rds.ParameterGroupName":               {"dbparametergroupname"},
	"rds.SnapshotName":                     {"dbsnapshotidentifier"},
	"rds.SubnetGroupName":                  {"dbsubnetgroupname"},
	"s3.ObjectName":                        {"key"},
	"secretsmanager.SecretId":              {"name"},
	"sns.TopicName":                        {"targetarn", "name"},
	"sqs.QueueName":                        {"queueurl"},
	"ssm.ParameterNameWithoutLeadingSlash": {"name", "names", "path"},
}

// ecsValue reads ECS's parameters: the cluster is the default one where none is
// named, and "taskDefinition" is FAMILY, FAMILY:REVISION or an ARN.
func (r request) ecsValue(variable string) ([]string, bool) {
	switch variable {
	case "ClusterName":
		if r.parameters.first("cluster") == "" && r.parameters.first("clustername") == "" {
			return []string{"default"}, true
		}
	case "TaskDefinitionFamilyName", "TaskDefinitionRevisionNumber":
		name := r.parameters.first("taskdefinition")
		if name == "" {
			name = r.parameters.first("family")
		}
		if strings.HasPrefix(name, "arn:") {
			return []string{name}, true
		}
		family, revision, _ := strings.Cut(name, ":")
		if variable == "TaskDefinitionFamilyName" && family != "" {
			return []string{family}, true
		}
		if revision != "" {
			return []string{revision}, true
		}
		return nil, true
	}
	return nil, false
}
