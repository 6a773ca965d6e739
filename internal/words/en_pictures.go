package words

// englishPictures are the labels of the pictures on a report, and what they say
// to those who don't see them.
var englishPictures = map[string]string{
	"stage.startup.label":   "Startup",
	"stage.preparing.label": "Preparing",
	"stage.pulling.label":   "Image pull",
	"stage.starting.label":  "Starting",
	"stage.running.label":   "Running",
	"stage.stopping.label":  "Stopping",

	"actor.ecs.label":  "ECS",
	"actor.ecs.gloss":  "execution role",
	"actor.ecs.short":  "ECS",
	"actor.code.label": "Your code",
	"actor.code.gloss": "task role",
	"actor.code.short": "Code",
	"actor.host.label": "Host",
	"actor.host.gloss": "agent, network",
	"actor.host.short": "Host",

	"call.denied":      "denied",
	"call.allowed":     "allowed",
	"call.implied":     "succeeded",
	"call.unreachable": "unreachable",
	"call.unknown":     "not recorded",
	"call.not-reached": "not reached",

	"life.title":           "Timeline of the task",
	"life.stage":           "{stage:stage.label} from {from:clock} for {took:duration}.",
	"life.mark":            "{actor:actor.label} at {at:clock}: {what}.",
	"life.never-ran":       "The task stopped before it reached Running.",
	"life.times":           "Times are in UTC. The list below has the same entries.",
	"life.caption":         "{took:duration} from created to stopped. Phases are not to scale.",
	"life.caption.ongoing": "{took:duration} since it was created. The task is still running.",
	"life.caption.never":   "{took:duration} from created to stopped. Your code never ran.",
	"life.stopped":         "Stopped",
	"life.ongoing":         "Still running",
	"life.never-reached":   "never reached",
	"life.running-never":   "Running: never reached",

	"mark.hover":   "{at:clock}: {what}",
	"mark.denied":  "{operation|call} denied",
	"mark.exited":  "exited",
	"mark.exit":    "exited: {container}, exit code {code}",
	"mark.decides": "root cause",

	// What the root cause is called where the title has no room: the category's
	// own name where none stands here.
	"root.iam-permission":   "permission missing",
	"root.kms":              "permission missing",
	"root.iam-trust":        "role not assumed",
	"root.iam-role-missing": "role not assumed",
	"root.network":          "network unreachable",

	"does.execution-role":      "ECS starts the task",
	"does.instance-role":       "EC2 host (ECS agent)",
	"does.task-role":           "Your code runs",
	"does.caller":              "Other credentials",
	"does.infrastructure-role": "ECS manages volumes and load balancers",
	"does.service-linked-role": "ECS schedules the service",

	"roles.lesson":               "ECS starts the task with the task execution role; your code calls AWS with the task role.",
	"roles.caption.foreign":      "Changing the role's policies won't help: another policy denies the call.",
	"roles.caption.before-start": "Your code never ran, but ECS used the task role for {service|a volume} at startup.",
	"roles.caption.other":        "Neither of them was denied here.",
	"roles.caption.unknown":      "The evidence doesn't show which of them was denied.",
	"roles.denied":               "Denied",
	"roles.denied-by":            "Denied by the {policy:policy-type}",
	"roles.not-assumed":          "Couldn't be assumed",
	"roles.never-started":        "Never started",
	"roles.before-start":         "Never started, but its role was used at startup",
	"roles.no-calls":             "No calls recorded",
	"roles.not-set":              "Not set in the task definition",

	"service.ecr": "ECR", "service.ecr-public": "ECR Public", "service.secretsmanager": "Secrets Manager", "service.ssm": "Parameter Store",
	"service.ssmmessages": "ECS Exec", "service.logs": "CloudWatch Logs", "service.cloudwatch": "CloudWatch", "service.s3": "S3",
	"service.s3files": "S3 Files", "service.kms": "KMS", "service.dynamodb": "DynamoDB", "service.sqs": "SQS", "service.sns": "SNS",
	"service.sts": "STS", "service.iam": "IAM", "service.elasticfilesystem": "EFS", "service.fsx": "FSx", "service.firehose": "Data Firehose",
	"service.kinesis": "Kinesis", "service.lambda": "Lambda", "service.events": "EventBridge", "service.states": "Step Functions",
	"service.rds-db": "RDS", "service.bedrock": "Bedrock", "service.ecs": "ECS", "service.ec2": "EC2", "service.elasticloadbalancing": "Load balancing",
}
