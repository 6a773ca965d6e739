// Package arn parses Amazon Resource Names. Start with Parse; it knows no service. It
// is pure.
package arn

import "strings"

// ARN is arn:Partition:Service:Region:Account:Resource. Region and Account may
// be empty, as they are for S3 buckets and IAM.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// Parse reads an ARN. It asks for six parts, the prefix "arn", and a
// partition, service and resource that are not empty; it does not judge whether
// the account has twelve digits, since people mask them.
func Parse(s string) (ARN, bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[2] == "" || parts[5] == "" {
		return ARN{}, false
	}
	return ARN{Partition: parts[1], Service: parts[2], Region: parts[3], Account: parts[4], Resource: parts[5]}, true
}

// String writes the ARN in its canonical form.
func (a ARN) String() string {
	if a == (ARN{}) {
		return ""
	}
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

// Type is the word before the first slash or colon of the resource ("role",
// "task", "log-group"), or "" where the resource has no such part.
func (a ARN) Type() string {
	if i := strings.IndexAny(a.Resource, "/:"); i >= 0 {
		return a.Resource[:i]
	}
	return ""
}

// ID is what follows Type and its separator, or the whole resource.
func (a ARN) ID() string {
	if i := strings.IndexAny(a.Resource, "/:"); i >= 0 {
		return a.Resource[i+1:]
	}
	return a.Resource
}

// Name is the part behind the last slash: the name of a role whose ARN has a path.
func (a ARN) Name() string {
	return a.Resource[strings.LastIndexAny(a.Resource, "/")+1:]
}

// PrincipalName returns the name that people know a principal by: the role's name
// for a role and for a session of it, the last part of any other ARN, and the text
// itself if it is no ARN.
func PrincipalName(principal string) string {
	a, ok := Parse(principal)
	if !ok {
		return principal
	}
	if a.Service == "sts" && a.Type() == "assumed-role" {
		role, _, _ := strings.Cut(a.ID(), "/")
		return role
	}
	return a.Name()
}
