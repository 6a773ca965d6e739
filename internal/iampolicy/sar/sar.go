// Package sar looks things up in the Service Authorization Reference: which
// IAM actions exist, whether they take resource-level permissions, and which
// ARN forms they take.
// https://docs.aws.amazon.com/service-authorization/latest/reference/
//
// The reference is embedded, packed service by service; a service is unpacked
// when it is first asked about.
package sar

import (
	"slices"
	"sort"
	"strings"
)

//go:generate go run ./gen

// Action is an IAM action as the reference spells it.
type Action struct {
	// Service is the prefix, such as "s3", and Name what follows the colon.
	Service, Name string
	// Permissions is set for actions of the access level "Permissions
	// management": those that write policies, grants and the like.
	Permissions bool
	// Types are the kinds of resources that it takes, none where a policy has
	// to say "*".
	Types []TypeUse
}

// TypeUse is one resource type that an action takes.
type TypeUse struct {
	*ResourceType
	// Required is the reference's mark for types that each call needs.
	Required bool
}

// ResourceType is a kind of resource with the form of its ARNs.
type ResourceType struct {
	Name string
	// Template is the ARN with variables in it, as
	// "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}".
	Template string
}

// String is the action as a policy names it.
func (a Action) String() string { return a.Service + ":" + a.Name }

// ResourceLevel reports whether a policy may name resources for the action.
func (a Action) ResourceLevel() bool { return len(a.Types) > 0 }

// Lookup finds an action in any spelling of upper and lower case. It is false
// for a service or an action that the reference does not have.
func Lookup(service, name string) (Action, bool) {
	svc := load(strings.ToLower(service))
	if svc == nil {
		return Action{}, false
	}
	want := strings.ToLower(name)
	i := sort.Search(len(svc.actions), func(i int) bool { return strings.ToLower(svc.actions[i].Name) >= want })
	if i == len(svc.actions) || strings.ToLower(svc.actions[i].Name) != want {
		return Action{}, false
	}
	return svc.actions[i], true
}

// Actions lists a service's actions by name; none for a service that the
// reference does not have.
func Actions(service string) []Action {
	if svc := load(strings.ToLower(service)); svc != nil {
		return slices.Clone(svc.actions)
	}
	return nil
}

// Services lists the prefixes of all services, sorted.
func Services() []string { return append([]string(nil), contents().prefixes...) }

// ServiceName is the service's name in words, such as "Amazon SQS".
func ServiceName(prefix string) string { return contents().sections[prefix].name }
