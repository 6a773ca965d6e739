// Package channels chooses the Slack channel of an incident, by rules. Start with
// Parse.
package channels

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// Kind says what of an incident a rule looks at.
type Kind string

// The kinds of rules.
const (
	Default Kind = "default" // everything that no other rule matches
	Cluster Kind = "cluster"
	Service Kind = "service"
	Cause   Kind = "cause"
)

// Rule sends what it matches to a channel.
type Rule struct {
	Kind Kind
	// Pattern is a name, in which "*" stands for any characters and "?" for
	// one; "" for Default.
	Pattern string
	// Channel is a name with "#", or a channel's id.
	Channel string
}

// Rules are in the order in which they are asked.
type Rules []Rule

// Subject is what the rules look at.
type Subject struct{ Cluster, Service, Cause string }

// A channel's name may be in any script; its id is of capitals and digits.
// Source: https://docs.slack.dev/reference/methods/conversations.create
var channelOK = regexp.MustCompile(`^(?:#[\p{L}\p{M}\p{N}_-]{1,80}|[CGD][A-Z0-9]{5,20})$`)

// Parse reads rules such as "default=#ecs;cluster:prod=#prod;cause:startup.*=#platform".
func Parse(s string) (Rules, error) {
	var rules Rules
	seenDefault := false
	for entry := range strings.SplitSeq(s, ";") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		r, err := parseRule(entry)
		if err != nil {
			return nil, err
		}
		if r.Kind == Default && seenDefault {
			return nil, errors.New("want one default at most")
		}
		seenDefault = seenDefault || r.Kind == Default
		rules = append(rules, r)
	}
	if len(rules) == 0 {
		return nil, errors.New("want rules such as default=#ecs;cluster:prod=#prod")
	}
	return rules, nil
}

func parseRule(entry string) (Rule, error) {
	what, channel, _ := strings.Cut(entry, "=")
	kind, pattern, _ := strings.Cut(strings.TrimSpace(what), ":")
	r := Rule{Kind: Kind(strings.TrimSpace(kind)), Pattern: strings.TrimSpace(pattern), Channel: strings.TrimSpace(channel)}
	if !channelOK.MatchString(r.Channel) {
		return Rule{}, fmt.Errorf("want a channel such as #ecs or C0123456789 after the = of %q", entry)
	}
	switch r.Kind {
	case Default:
		if r.Pattern != "" {
			return Rule{}, errors.New("default takes no name")
		}
		return r, nil
	case Cluster, Service, Cause:
		if _, err := path.Match(r.Pattern, ""); err != nil || r.Pattern == "" {
			return Rule{}, fmt.Errorf("want a name after %s:, in which * may stand for any characters", r.Kind)
		}
		return r, nil
	}
	return Rule{}, fmt.Errorf("want default, cluster:NAME, service:NAME or cause:CODE before the = of %q", entry)
}

// String gives the rules as Parse reads them.
func (rules Rules) String() string {
	entries := make([]string, len(rules))
	for i, r := range rules {
		entries[i] = string(r.Kind)
		if r.Kind != Default {
			entries[i] += ":" + r.Pattern
		}
		entries[i] += "=" + r.Channel
	}
	return strings.Join(entries, ";")
}

// For is the channel of the first rule that matches. The default is asked
// last, wherever it stands; without one, channel is "" for what no rule matches.
func (rules Rules) For(s Subject) (channel string) {
	for _, r := range rules {
		if r.Kind == Default {
			channel = r.Channel
			continue
		}
		if r.matches(s) {
			return r.Channel
		}
	}
	return channel
}

func (r Rule) matches(s Subject) bool {
	var name string
	switch r.Kind {
	case Cluster:
		name = s.Cluster
	case Service:
		name = s.Service
	case Cause:
		name = s.Cause
	}
	ok, err := path.Match(r.Pattern, name)
	return err == nil && ok && name != ""
}
