package cause

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// refusalCaptures are the names that a refusal fills in.
func refusalCaptures(r *Refusal) map[string]string {
	m := map[string]string{"identity": string(r.Who.Identity.Kind)}
	put := func(key, value string) {
		if value != "" {
			m[key] = value
		}
	}
	put("role", RoleName(r.Who.Identity.ARN))
	put("action", r.Action)
	if r.Resource != "*" {
		put("resource", r.Resource)
		put("name", ShortName(r.Resource))
	}
	return m
}

// ShortName is how people call a resource: the secret's name, the bucket and
// key, the table.
func ShortName(resource string) string {
	a, ok := arn.Parse(resource)
	if !ok {
		return resource
	}
	switch a.Service {
	case "s3", "sns", "sqs":
		return a.Resource
	case "secretsmanager":
		return secretName(a.ID())
	case "ssm":
		return a.ID()
	case "logs":
		name, _, _ := strings.Cut(a.ID(), ":")
		return name
	case "iam":
		return a.Name()
	}
	if strings.Trim(a.ID(), "*/:") == "" { // all of a cluster: the cluster is its name
		return a.Resource
	}
	return a.ID()
}

// secretName drops the six random characters that Secrets Manager appends:
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
func secretName(id string) string {
	id, _, _ = strings.Cut(id, ":")
	if n := len(id); n > 7 && id[n-7] == '-' {
		return id[:n-7]
	}
	return id
}

// Fill puts captures into a text of the catalogue, in English.
func Fill(text string, captures map[string]string) string {
	args := make(words.Args, len(captures))
	for name, value := range captures {
		args[name] = strings.TrimSpace(value)
	}
	return words.Made("", text, args).English
}

// PlainWords are the captures with which a cause's texts read well on their
// own, without a case.
func PlainWords(k *Cause) map[string]string {
	m := map[string]string{"code": "other than 0"}
	if k.Identity != verdict.NoIdentity && k.Identity != verdict.UnknownIdentity {
		m["identity"] = string(k.Identity)
	}
	return m
}
