package taskref

import (
	"regexp"
	"strings"

	"whystopped/internal/arn"
)

// refuseName names what is neither an ARN nor a link nor CLUSTER/ID.
func refuseName(text string) error {
	last := text[strings.LastIndexByte(text, '/')+1:]
	switch {
	case isTaskID(text):
		return refuse(text, "a task id without its cluster", "put the cluster's name before it, CLUSTER/"+text+", or paste the task's ARN")
	case isTaskID(last) && strings.Count(text, "/") == 2:
		return refuse(text, "the name of a log stream", "put the cluster's name before the task id, CLUSTER/"+last+", or paste the task's ARN")
	}
	for _, s := range shapes {
		if s.pattern.MatchString(text) {
			return refuse(text, s.what, s.advice)
		}
	}
	return refuse(text, excerpt(text)+", which is no reference to a task", pasteAny)
}

// shapes are what else people have in the clipboard.
var shapes = []struct {
	pattern      *regexp.Regexp
	what, advice string
}{
	{regexp.MustCompile(`^[{\[]`), "JSON", pasteAny},
	{regexp.MustCompile(`\.dkr\.ecr[.-]`), "a container image", pasteTask},
	{regexp.MustCompile(`^(?:[\w.-]+/)?[\w.-]*@?sha256:[0-9a-f]*$`), "the digest of an image", pasteTask},
	{regexp.MustCompile(`^[A-Za-z0-9_-]+:[0-9]+$`), "the name of a task definition", pasteTask},
	{regexp.MustCompile(`^[0-9]{12}$`), "an account id", pasteTask},
	{regexp.MustCompile(`^[A-Za-z0-9_-]+/[0-9A-Fa-f-]{8,}$`), "a cluster with a task id that is not whole", "paste CLUSTER/TASK-ID with all 32 digits of the id, or the task's ARN"},
}

// refuseProse names a text of several words.
func refuseProse(text string) error {
	words := strings.Fields(text)
	references := 0
	for _, w := range words {
		if isARN(w) || isLink(w) {
			references++
		}
	}
	if references == len(words) {
		return refuse(text, "more than one reference", "paste one task at a time")
	}
	if found := taskInside.FindString(text); found != "" {
		if _, err := parseARN(found); err == nil {
			return refuse(text, "a text around a task's ARN", "paste the ARN alone: "+found)
		}
	}
	return refuse(text, excerpt(text)+", which is no reference to a task", pasteAny)
}

var taskInside = regexp.MustCompile(`arn:aws[a-z0-9-]*:ecs:[a-z0-9-]+:[0-9]{12}:task/(?:[A-Za-z0-9_-]+/)?[0-9a-f-]+`)

// ecsTypes names the resources of ECS that are no task.
var ecsTypes = map[string]string{
	"task-definition":    "a task definition",
	"cluster":            "a cluster",
	"container-instance": "a container instance",
	"task-set":           "a task set",
	"service-deployment": "a service deployment",
	"service-revision":   "a service revision",
	"capacity-provider":  "a capacity provider",
	"attachment":         "an attachment of a task",
}

// refuseECS names another resource of ECS. Those that belong to a service hold
// its ARN, which is a reference too.
func refuseECS(text string, a arn.ARN, path []string) error {
	what, ok := ecsTypes[path[0]]
	if !ok {
		what = "an Amazon ECS resource of the type " + excerpt(path[0])
	}
	ofService := path[0] == "task-set" || path[0] == "service-deployment" || path[0] == "service-revision"
	if ofService && len(path) >= 4 {
		a.Resource = "service/" + path[1] + "/" + path[2]
		if _, err := parseARN(a.String()); err == nil {
			return refuse(text, what, pasteTask+", or the service's, "+a.String())
		}
	}
	return refuse(text, what, pasteTask)
}

// refuseService names the ARN of another AWS service.
func refuseService(text string, a arn.ARN) error {
	if session := a.Name(); a.Service == "sts" && a.Type() == "assumed-role" {
		if isTaskID(session) {
			return refuse(text, "a session of a task's IAM role", "put the cluster's name before the session's name, which is the task's id: CLUSTER/"+session)
		}
		return refuse(text, "a session of an IAM role", pasteTask)
	}
	if a.Service == "logs" && strings.Contains(a.Resource, ":log-stream:") {
		return refuse(text, "a log stream", pasteTask)
	}
	for _, key := range []string{a.Service + ":" + a.Type(), a.Service} {
		if what, ok := otherTypes[key]; ok {
			return refuse(text, what, pasteTask)
		}
	}
	return refuse(text, "an ARN of the service "+excerpt(a.Service), pasteTask)
}

// otherTypes names what people copy near a task, by service and type, or by
// service alone.
var otherTypes = map[string]string{
	"batch:job":                         "an AWS Batch job",
	"cloudformation:stack":              "a CloudFormation stack",
	"cloudwatch:alarm":                  "a CloudWatch alarm",
	"codedeploy":                        "an ARN of CodeDeploy",
	"ec2:instance":                      "an EC2 instance",
	"ec2:network-interface":             "a network interface",
	"ec2:security-group":                "a security group",
	"ec2:subnet":                        "a subnet",
	"ecr:repository":                    "an ECR repository",
	"ecr-public:repository":             "a public ECR repository",
	"eks":                               "an ARN of Amazon EKS",
	"elasticfilesystem:access-point":    "an EFS access point",
	"elasticfilesystem:file-system":     "an EFS file system",
	"elasticloadbalancing:loadbalancer": "a load balancer",
	"elasticloadbalancing:targetgroup":  "a target group",
	"events:rule":                       "an EventBridge rule",
	"iam:instance-profile":              "an instance profile",
	"iam:policy":                        "an IAM policy",
	"iam:role":                          "an IAM role",
	"iam:user":                          "an IAM user",
	"kms:alias":                         "an alias of a KMS key",
	"kms:key":                           "a KMS key",
	"lambda:function":                   "a Lambda function",
	"logs:log-group":                    "a log group",
	"s3":                                "an S3 bucket or object",
	"scheduler:schedule":                "an EventBridge schedule",
	"secretsmanager:secret":             "a Secrets Manager secret",
	"ssm:parameter":                     "a Parameter Store parameter",
	"states:execution":                  "an execution of a state machine",
	"states:stateMachine":               "a state machine",
}
