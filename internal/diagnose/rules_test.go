package diagnose_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/diagnose"
	"whystopped/internal/iampolicy"
	"whystopped/internal/iampolicy/sar"
)

// The rules of the gate, written again from what may be pasted and from nothing of
// internal/iampolicy but the reference of actions. They read a policy as it goes
// out, in JSON.

type strictDocument struct {
	Version   string
	Statement []strictStatement
}

// strictStatement has no member for NotAction, NotResource and NotPrincipal: a
// document with one is not read.
type strictStatement struct {
	Sid       string
	Effect    string
	Principal any
	Action    []string
	Resource  []string
	Condition map[string]map[string][]string
}

var (
	strictARN       = regexp.MustCompile(`(?s)^arn:([^:]*):([^:]*):([^:]*):([^:]*):(.+)$`)
	strictPartition = regexp.MustCompile(`^(aws(-cn|-us-gov|-iso|-iso-b|-iso-e|-iso-f|-eusc)?|PARTITION)$`)
	strictRegion    = regexp.MustCompile(`^([a-z]{2,}(-[a-z]+)+-[0-9]+|REGION)?$`)
	strictAccount   = regexp.MustCompile(`^([0-9]{12}|aws|ACCOUNT_ID)?$`)
	strictPrincipal = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$`)
	strictService   = regexp.MustCompile(`^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$`)
	strictValue     = regexp.MustCompile(`^[A-Za-z0-9_+=,.@:/-]+$`)
	strictSource    = regexp.MustCompile(`^arn:aws[a-z-]*:[a-z-]+:[a-z0-9-]+:[0-9]{12}:\*$`)
	capital         = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

// tails are the wildcards that a policy may have, by service: what is before is
// literal.
var tails = map[string]string{
	"secretsmanager": "-??????", "logs": ":*", "cloudformation": "/*", "es": "/*", "neptune-db": "/*", "s3": "/*", "ec2": "/*", "kms": "key/*",
}

// faultsOf lists what is wrong with a policy.
func faultsOf(p diagnose.Policy) []string {
	raw, err := json.Marshal(p.Document)
	if err != nil {
		return []string{err.Error()}
	}
	read := json.NewDecoder(bytes.NewReader(raw))
	read.DisallowUnknownFields()
	var doc strictDocument
	if err := read.Decode(&doc); err != nil {
		return []string{"not a plain Allow: " + err.Error()}
	}
	r := rules{policy: p}
	if doc.Version != "2012-10-17" || len(doc.Statement) == 0 {
		r.fault("version %q, %d statements", doc.Version, len(doc.Statement))
	}
	if len(raw) > 10_240 && p.Kind == "identity-policy" {
		r.fault("%d characters", len(raw))
	}
	for _, s := range doc.Statement {
		r.statement(s)
	}
	for _, word := range p.Placeholders {
		if !capital.MatchString(word) || !bytes.Contains(raw, []byte(word)) {
			r.fault("placeholder %q is not in it", word)
		}
	}
	return r.faults
}

type rules struct {
	policy diagnose.Policy
	faults []string
}

func (r *rules) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

func (r *rules) statement(s strictStatement) {
	if s.Effect != "Allow" || len(s.Action) == 0 {
		r.fault("effect %q, %d actions", s.Effect, len(s.Action))
	}
	for _, action := range s.Action {
		service, name, _ := strings.Cut(action, ":")
		if known, ok := sar.Lookup(service, name); !ok || known.String() != action {
			r.fault("action %q", action)
		}
	}
	r.principal(s)
	for operator, keys := range s.Condition {
		for key, values := range keys {
			for _, value := range values {
				source := key == "aws:SourceArn" && strings.HasPrefix(operator, "Arn") && strictSource.MatchString(value)
				if !source && !strictValue.MatchString(value) || key == "aws:PrincipalArn" && !strictPrincipal.MatchString(value) {
					r.fault("condition %s %s %q", operator, key, value)
				}
			}
		}
	}
	owned := r.policy.Kind == "resource-policy" || r.policy.Kind == "trust-policy"
	if len(s.Resource) == 0 && !owned {
		r.fault("no resource")
	}
	for _, resource := range s.Resource {
		r.resource(s, resource)
	}
}

func (r *rules) principal(s strictStatement) {
	identity := r.policy.Kind == "identity-policy" || r.policy.Kind == "boundary"
	switch p := s.Principal.(type) {
	case nil:
		if !identity {
			r.fault("no principal in a %s", r.policy.Kind)
		}
	case string:
		if p != "*" || r.policy.Kind != "endpoint-policy" || len(s.Condition["ArnEquals"]["aws:PrincipalArn"]) == 0 {
			r.fault("principal %q", p)
		}
	case map[string]any:
		for kind, names := range p {
			for _, name := range names.([]any) {
				ok := kind == "AWS" && strictPrincipal.MatchString(name.(string)) || kind == "Service" && strictService.MatchString(name.(string))
				if !ok || identity {
					r.fault("principal %s %q", kind, name)
				}
			}
		}
	}
}

func (r *rules) resource(s strictStatement, resource string) {
	if resource == "*" {
		for _, action := range s.Action {
			if !mayBeEverything(r.policy.Kind, action) {
				r.fault("%s on *", action)
			}
		}
		return
	}
	m := strictARN.FindStringSubmatch(resource)
	if m == nil || strings.ContainsFunc(resource, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		r.fault("resource %q", resource)
		return
	}
	partition, service, region, account, name := m[1], m[2], m[3], m[4], m[5]
	if service != "s3" && strings.ContainsAny(name, `"\\`) {
		r.fault("name of %q", resource)
	}
	if !strictPartition.MatchString(partition) || !strictRegion.MatchString(region) || !strictAccount.MatchString(account) || !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(service) {
		r.fault("place of %q", resource)
	}
	if strings.HasPrefix(region, "cn-") != (partition == "aws-cn") && region != "" && region != "REGION" {
		r.fault("partition of %q", resource)
	}
	for _, word := range []string{partition, region, account} {
		if capital.MatchString(word) && !slices.Contains(r.policy.Placeholders, word) {
			r.fault("%q has %s, which is no placeholder", resource, word)
		}
	}
	open := literalPart(name)
	if open == "" {
		return
	}
	tail := tails[service]
	pattern := r.policy.Purpose == "denied-pattern" && strings.HasSuffix(name, "*") && open == "*"
	if tail == "" || strings.Trim(tail, "*?") == "" || !strings.HasSuffix(name, tail) || strings.Trim(tail, "-:/key") != open {
		if !pattern {
			r.fault("wildcard in %q", resource)
		}
	}
	if service == "kms" && (name != tail || s.Condition == nil) {
		r.fault("keys of %q", resource)
	}
}

// literalPart takes off a name what IAM takes literally and gives what is left of
// wildcards and variables.
func literalPart(name string) string {
	left := ""
	for name != "" {
		switch {
		case strings.HasPrefix(name, "${*}"), strings.HasPrefix(name, "${?}"), strings.HasPrefix(name, "${$}"):
			name = name[4:]
		case strings.HasPrefix(name, "${"):
			return "a variable"
		case name[0] == '*' || name[0] == '?':
			left += name[:1]
			name = name[1:]
		default:
			name = name[1:]
		}
	}
	return left
}

// mayBeEverything reports whether "*" is right for an action: it has no resource
// types, needs none, or is in a policy on one thing.
func mayBeEverything(kind, action string) bool {
	service, name, _ := strings.Cut(action, ":")
	switch {
	case kind == "key-policy" && service == "kms", kind == "resource-policy" && (service == "kms" || service == "secretsmanager"):
		return true
	case action == "sns:Publish", action == "ecs:ListTasks", action == "cloudwatch:GetMetricData", action == "cloudwatch:PutMetricData":
		return true
	}
	known, _ := sar.Lookup(service, name)
	required := slices.ContainsFunc(known.Types, func(t sar.TypeUse) bool { return t.Required })
	list := (strings.HasPrefix(name, "List") || strings.HasPrefix(name, "Describe")) && service != "s3"
	return len(known.Types) == 0 || list && !required
}

// textsOf lists all texts of a policy's document: what a snippet may have of
// wildcards and ARNs.
func textsOf(doc iampolicy.Document) []string {
	raw, _ := json.Marshal(doc)
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	return leaves(v)
}

func leaves(v any) []string {
	var all []string
	switch v := v.(type) {
	case string:
		all = append(all, v)
	case []any:
		for _, item := range v {
			all = append(all, leaves(item)...)
		}
	case map[string]any:
		for name, item := range v {
			all = append(append(all, name), leaves(item)...)
		}
	}
	return all
}
