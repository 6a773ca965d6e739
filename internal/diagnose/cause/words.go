package cause

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/verdict"
)

// refusalCaptures are the names that a refusal fills in.
func refusalCaptures(r *Refusal) map[string]string {
	m := map[string]string{"who": IdentityWords(r.Who.Identity.Kind)}
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

// IdentityWords names an identity in running text.
func IdentityWords(k verdict.IdentityKind) string {
	switch k {
	case verdict.ExecutionRole:
		return "execution role"
	case verdict.TaskRole:
		return "task role"
	case verdict.InstanceRole:
		return "container instance role"
	case verdict.ServiceLinkedRole:
		return "ECS service-linked role"
	case verdict.InfrastructureRole:
		return "ECS infrastructure role"
	case verdict.Caller:
		return "caller"
	}
	return "role"
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

// Fill puts captures into a text. {name|words} gives the words where the name
// is not known; {name} alone then gives the name's plain word.
func Fill(text string, captures map[string]string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '{')
		j := strings.IndexByte(text, '}')
		if i < 0 || j < i {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		key, words, _ := strings.Cut(text[i+1:j], "|")
		value := strings.TrimSpace(captures[key])
		if value == "" {
			value = words
		}
		b.WriteString(clip(value))
		text = text[j+1:]
	}
}

const maxCapture = 160 // bytes of a captured value in running text

func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxCapture {
		return s
	}
	return s[:runeStart(s, maxCapture)] + "…"
}

// PlainWords are the captures with which a cause's texts read well on their
// own, without a case.
func PlainWords(k *Cause) map[string]string {
	m := map[string]string{"code": "other than 0"}
	if k.Identity != verdict.NoIdentity && k.Identity != verdict.UnknownIdentity {
		m["who"] = IdentityWords(k.Identity)
	}
	return m
}
