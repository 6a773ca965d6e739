// Package iampolicy knows IAM actions and resources, and writes policy
// documents that grant exactly what was denied, in the forms people paste.
// It is pure: no I/O, standard library only.
package iampolicy

// Document is an IAM policy document.
type Document struct {
	Version   string      `json:"Version"`
	Statement []Statement `json:"Statement"`
}

// Statement is one statement of a policy document.
type Statement struct {
	Sid       string              `json:"Sid,omitempty"`
	Effect    string              `json:"Effect"`
	Principal map[string][]string `json:"Principal,omitempty"`
	Action    []string            `json:"Action"`
	Resource  []string            `json:"Resource,omitempty"`
	Condition Condition           `json:"Condition,omitempty"`
}

// Condition is operator -> context key -> values.
type Condition map[string]map[string][]string

// Request is one call that a policy should allow.
type Request struct {
	// Action is an IAM action such as "s3:GetObject".
	Action string
	// Resource is an ARN, "*", a bare name as some services print it, or ""
	// where it is not known.
	Resource string
	// ViaService restricts a KMS action to calls through this service
	// endpoint, e.g. "secretsmanager.eu-west-1.amazonaws.com"; "" for none.
	ViaService string
}

// Snippets are a fix in the forms people use.
type Snippets struct {
	CLI            string `json:"cli,omitempty"`
	Terraform      string `json:"terraform,omitempty"`
	CloudFormation string `json:"cloudformation,omitempty"`
	CDK            string `json:"cdk,omitempty"`
}
