// Package startup knows what starting a task definition takes: the calls that ECS,
// or the host, makes before the code runs.
package startup

import (
	"slices"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/iampolicy"
)

// Requests are the calls that ECS makes with the execution role before
// the task runs.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
func Requests(d *evidence.TaskDefinition, ctx iampolicy.Context) []iampolicy.Request {
	var all []iampolicy.Request
	known := map[iampolicy.Request]bool{} // a definition may name thousands of secrets
	add := func(resource string, actions ...string) {
		for _, a := range actions {
			r := iampolicy.Request{Action: a, Resource: resource}
			if resource != "" && !known[r] {
				known[r] = true
				all = append(all, r)
			}
		}
	}
	for _, cd := range d.ContainerDefinitions {
		if repository := iampolicy.RepositoryOfImage(cd.Image, ctx); repository != "" {
			add("*", "ecr:GetAuthorizationToken")
			add(repository, "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
		}
		for _, s := range cd.Secrets {
			addSecret(add, s.ValueFrom, ctx)
		}
		for _, f := range cd.EnvironmentFiles {
			addObject(add, f.Value)
		}
		if cd.RepositoryCredentials != nil {
			addLogin(add, cd.RepositoryCredentials.CredentialsParameter, ctx)
		}
		addLogging(add, cd.LogConfiguration, ctx)
		if f := cd.FirelensConfiguration; f != nil && f.Options["config-file-type"] == "s3" {
			addObject(add, f.Options["config-file-value"])
		}
		for _, spec := range credentialSpecs(cd) {
			addCredentialSpec(add, spec, ctx)
		}
	}
	for _, v := range d.Volumes {
		if v.FSx != nil {
			addSecret(add, v.FSx.AuthorizationConfig.CredentialsParameter, ctx)
			add("*", "fsx:DescribeFileSystems")
		}
	}
	return all
}

// Actions are what a task definition asks of its execution role, each
// once, in the order in which ECS needs them.
func Actions(d *evidence.TaskDefinition, ctx iampolicy.Context) []string {
	var actions []string
	for _, r := range Requests(d, ctx) {
		if !slices.Contains(actions, r.Action) { // there are a dozen
			actions = append(actions, r.Action)
		}
	}
	return actions
}
