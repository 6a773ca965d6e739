package iampolicy

// sharing are the services whose resources, or some of them, have a policy that
// can let other accounts in.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
var sharing = map[string]bool{
	"acm-pca": true, "backup": true, "codeartifact": true, "dynamodb": true, "ecr": true, "elasticfilesystem": true, "es": true, "events": true,
	"execute-api": true, "glue": true, "kafka-cluster": true, "kafka": true, "kinesis": true, "kms": true, "lambda": true, "logs": true, "mediastore": true,
	"s3": true, "s3express": true, "s3files": true, "s3-object-lambda": true, "s3-outposts": true, "s3tables": true, "schemas": true,
	"secretsmanager": true, "ses": true, "sns": true, "sqs": true, "ssm": true, "sts": true, "vpc-lattice-svcs": true, "vpc-lattice": true, "xray": true,
}

// HasResourcePolicies reports whether resources of a service have policies of
// their own, by its prefix in IAM.
func HasResourcePolicies(service string) bool { return sharing[service] }
