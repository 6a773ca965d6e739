package config

import (
	"errors"
	"regexp"
	"strings"

	"whystopped/internal/arn"
)

// The flag.Values of what is read in AWS, and with what.

var (
	accountOK  = regexp.MustCompile(`^[0-9]{12}$`)
	accountsOK = regexp.MustCompile(`^(?:\*|[0-9]{12})$`)
	regionOK   = regexp.MustCompile(`^[a-z]{2,}(?:-[a-z]+)+-[0-9]+$`)
	logGroupOK = regexp.MustCompile(`^[\w./#-]{1,512}$`)
	// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
	externalIDOK = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`)
)

// roleValue is a role's ARN with placeholders.
type roleValue string

func (v *roleValue) String() string { return string(*v) }

func (v *roleValue) Set(s string) error {
	example := strings.NewReplacer("{account}", "111122223333", "{partition}", "aws").Replace(s)
	a, ok := arn.Parse(example)
	if !ok || a.Service != "iam" || a.Type() != "role" || a.Name() == "" || !arn.IsPartition(a.Partition) || !accountOK.MatchString(a.Account) || strings.ContainsAny(example, "{}") {
		return errors.New("want a role's ARN, such as arn:{partition}:iam::{account}:role/whystopped-reader")
	}
	*v = roleValue(s)
	return nil
}

type externalIDValue string

func (v *externalIDValue) String() string { return string(*v) }

func (v *externalIDValue) Set(s string) error {
	if len(s) > 1224 || !externalIDOK.MatchString(s) {
		return errors.New("want 2 to 1224 letters, digits or any of +=,.@:/-")
	}
	*v = externalIDValue(s)
	return nil
}

// listValue is a list of words with commas between them.
type listValue struct {
	to      *[]string
	item    *regexp.Regexp
	problem string
}

func (v *listValue) String() string {
	if v.to == nil { // package flag asks a zero value
		return ""
	}
	return strings.Join(*v.to, ",")
}

func (v *listValue) Set(s string) error {
	var items []string
	for item := range strings.SplitSeq(s, ",") {
		item = strings.TrimSpace(item)
		if !v.item.MatchString(item) {
			return errors.New(v.problem)
		}
		items = append(items, item)
	}
	*v.to = items
	return nil
}

// logGroupValue is a log group's name, or its ARN with or without ":*".
type logGroupValue string

func (v *logGroupValue) String() string { return string(*v) }

func (v *logGroupValue) Set(s string) error {
	name := s
	if a, ok := arn.Parse(s); ok {
		if a.Service != "logs" || a.Type() != "log-group" || a.Region == "" || a.Account == "" {
			return errors.New("this is the ARN of something else than a log group")
		}
		name = strings.TrimSuffix(a.ID(), ":*")
	}
	if !logGroupOK.MatchString(name) {
		return errors.New("want the name or the ARN of a log group")
	}
	*v = logGroupValue(s)
	return nil
}
