package cause

import (
	"strconv"
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

// Said is the cause's title.
func (k *Cause) Said(args words.Args) words.Text {
	return words.Made(k.Code+".title", k.Title, args)
}

// Explained says what happened, and what the identity lacks.
func (k *Cause) Explained(args words.Args) words.Text {
	return words.Made(k.Code+".summary", joined(k.Meaning, k.Lacks), args)
}

// Blocked says what happened, and which policy denied it: "blocked" is its code.
func (k *Cause) Blocked(args words.Args) words.Text {
	return words.Made(k.Code+".summary.blocked", joined(k.Meaning, "{blocked:blocked}"), args)
}

// Undecided says what happened, and which evidence would decide: "missing" has
// its codes.
func (k *Cause) Undecided(args words.Args) words.Text {
	return words.Made(k.Code+".summary.undecided", joined(k.Meaning, k.Lacks)+words.WouldDecide, args)
}

// Because says why it is that identity, and not the one people suspect.
func (k *Cause) Because() words.Text {
	if k.Reason == "" {
		return words.Text{}
	}
	return words.Made(k.Code+".why", k.Reason, nil)
}

// Steps are the cause's steps.
func (k *Cause) Steps(args words.Args) []words.Text {
	steps := make([]words.Text, len(k.Fix))
	for i, step := range k.Fix {
		steps[i] = words.Made(k.Code+".fix."+strconv.Itoa(i+1), step, args)
	}
	return steps
}

// joined puts two templates one after the other.
func joined(a, b string) string { return strings.TrimSpace(a + " " + b) }

// PlainArgs are the arguments with which a cause's texts read well on their
// own, without a case.
func PlainArgs(k *Cause) words.Args {
	args := words.Args{"code": "other than 0"}
	if k.Identity != verdict.NoIdentity && k.Identity != verdict.UnknownIdentity {
		args["identity"] = k.Identity
	}
	return args
}

// Templates are the English templates of the cause's messages, by id.
func (k *Cause) Templates() map[string]string {
	all := map[string]string{}
	for id, template := range map[string]string{
		"title": k.Title, "summary": joined(k.Meaning, k.Lacks), "summary.blocked": joined(k.Meaning, "{blocked:blocked}"),
		"summary.undecided": joined(k.Meaning, k.Lacks) + words.WouldDecide, "why": k.Reason,
	} {
		if template != "" {
			all[k.Code+"."+id] = template
		}
	}
	for i, step := range k.Fix {
		all[k.Code+".fix."+strconv.Itoa(i+1)] = step
	}
	return all
}
