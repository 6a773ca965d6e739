package awsclient

import (
	"reflect"
	"slices"
)

// EveryCall names every call that the package makes, sorted.
func EveryCall() []string {
	var all []string
	for service, api := range map[string]reflect.Type{
		"ecs": reflect.TypeFor[ecsAPI](), "logs": reflect.TypeFor[logsAPI](), "cloudtrail": reflect.TypeFor[trailAPI](),
		"iam": reflect.TypeFor[iamAPI](), "sts": reflect.TypeFor[stsAPI](),
	} {
		for i := range api.NumMethod() {
			all = append(all, service+":"+api.Method(i).Name)
		}
	}
	slices.Sort(all)
	return all
}
