package awsclient

import (
	"reflect"
	"slices"

	"whystopped/internal/awsclient/session"
)

// EveryCall names every call that the package makes, sorted.
func EveryCall() []string {
	var all []string
	for service, api := range map[string]reflect.Type{
		"ecs": reflect.TypeFor[session.ECS](), "logs": reflect.TypeFor[session.Logs](), "cloudtrail": reflect.TypeFor[session.Trail](),
		"iam": reflect.TypeFor[session.IAM](), "sts": reflect.TypeFor[session.STS](),
	} {
		for i := range api.NumMethod() {
			all = append(all, service+":"+api.Method(i).Name)
		}
	}
	slices.Sort(all)
	return all
}
