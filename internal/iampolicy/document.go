// Package iampolicy knows IAM actions and resources, and writes policy documents that
// grant exactly what was denied. Start with Allow; package sar has the reference,
// package snippet the forms that people paste. It is pure.
package iampolicy

import "strings"

// Version is the version of the policy language that all documents here have.
const Version = "2012-10-17"

// Document is an IAM policy document. It is read in every form that IAM
// accepts (one statement or a list, a string or a list of strings) and written
// with lists.
type Document struct {
	Version   string      `json:"Version"`
	Statement []Statement `json:"Statement"`
}

// Statement is one statement of a policy document.
type Statement struct {
	Sid    string `json:"Sid,omitempty"`
	Effect string `json:"Effect"`
	// Principal is kind ("AWS", "Service") -> names; "*" alone is {"*": ["*"]}.
	Principal    Principal `json:"Principal,omitempty"`
	NotPrincipal Principal `json:"NotPrincipal,omitempty"`
	Action       []string  `json:"Action,omitempty"`
	NotAction    []string  `json:"NotAction,omitempty"`
	Resource     []string  `json:"Resource,omitempty"`
	NotResource  []string  `json:"NotResource,omitempty"`
	Condition    Condition `json:"Condition,omitempty"`
}

// Principal is kind -> names.
type Principal map[string][]string

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
	// PassedTo holds iam:PassRole to roles that one of these services receives,
	// with blanks between them; "" for any.
	PassedTo string
	// At is where the resource is, if that is elsewhere than the call.
	At Context
}

// Snippets are a fix in the forms people use.
type Snippets struct {
	CLI            string `json:"cli,omitempty"`
	Terraform      string `json:"terraform,omitempty"`
	CloudFormation string `json:"cloudformation,omitempty"`
	CDK            string `json:"cdk,omitempty"`
}

// List joins words for a sentence: "A", "A and B", "A, B and C".
func List(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
