package awsfake

import (
	"fmt"
	"net/url"
	"slices"

	"whystopped/internal/arn"
	"whystopped/internal/iampolicy"
)

// Policy is a policy that has an ARN. Its document is JSON as IAM keeps it.
type Policy struct{ ARN, Document string }

// source is a policy that decides, and by what name IAM knows it.
type source struct {
	id, kind string // SourcePolicyId and SourcePolicyType of a statement
	arn      string // "" for a policy that has none
	document iampolicy.Document
}

// judge holds every policy that decides what a role may do.
type judge struct {
	identity []source
	// boundary and organization are nil where there is none.
	boundary, organization []source
}

// judge gathers a role's policies and further ones that are tried on it, without
// those that are left out.
func (w *world) judge(r *Role, tried []string, without []exclusion) (judge, error) {
	var j judge
	identity := slices.Concat(
		sources("role", "role_"+r.Name+"_", r.Policies),
		attached(r.Attached),
		sources("none", "PolicyInputList.", tried),
	)
	for _, part := range []struct {
		kind     string // as an exclusion has it
		policies []unread
		into     *[]source
	}{
		{"", identity, &j.identity},
		{"permission-boundary", bounding(r), &j.boundary},
		{"scp", controlling(w.SCPs), &j.organization},
	} {
		if len(part.policies) == 0 || excludesType(without, part.kind) {
			continue
		}
		*part.into = []source{}
		for _, p := range part.policies {
			doc, err := p.read()
			if err != nil {
				return judge{}, err
			}
			if !excludes(without, p) {
				*part.into = append(*part.into, source{id: p.id, kind: p.kind, arn: p.arn, document: doc})
			}
		}
	}
	return j, nil
}

// unread is a policy whose document was not read yet.
type unread struct{ id, kind, arn, text string }

func (p unread) read() (iampolicy.Document, error) {
	docs, err := readPolicies(p.text)
	if err != nil {
		return iampolicy.Document{}, err
	}
	return docs[0], nil
}

// sources are policies without a name of their own; they are counted from 1.
func sources(kind, prefix string, texts []string) []unread {
	var all []unread
	for i, text := range texts {
		all = append(all, unread{id: fmt.Sprintf("%s%d", prefix, i+1), kind: kind, text: text})
	}
	return all
}

func attached(policies []Policy) []unread {
	var all []unread
	for _, p := range policies {
		a, _ := arn.Parse(p.ARN)
		kind := "user-managed"
		if a.Account == "aws" {
			kind = "aws-managed"
		}
		all = append(all, unread{id: a.Name(), kind: kind, arn: p.ARN, text: p.Document})
	}
	return all
}

func bounding(r *Role) []unread {
	if r.Boundary == "" {
		return nil
	}
	return []unread{{arn: r.BoundaryARN, text: r.Boundary}}
}

func controlling(policies []Policy) []unread {
	var all []unread
	for _, p := range policies {
		all = append(all, unread{arn: p.ARN, text: p.Document})
	}
	return all
}

// exclusion is what a simulation leaves out: a policy by its ARN, or all of a
// type. Of inline policies the double knows nothing.
type exclusion struct{ arn, kind string }

// exclusionsOf are those of a request. What matches no policy is ignored, and so
// is a resource control policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyIdentifier.html
func exclusionsOf(form url.Values) ([]exclusion, error) {
	var all []exclusion
	for i := 1; ; i++ {
		member := fmt.Sprintf("PolicyExclusionList.member.%d.", i)
		e := exclusion{arn: form.Get(member + "PolicyArn"), kind: form.Get(member + "PolicyType")}
		if e == (exclusion{}) {
			return all, nil
		}
		if _, ok := arn.Parse(e.arn); e.arn != "" && !ok {
			return nil, badRequest("InvalidInput", "Invalid policy identifier: "+e.arn+".")
		}
		all = append(all, e)
	}
}

func excludesType(without []exclusion, kind string) bool {
	return slices.ContainsFunc(without, func(e exclusion) bool { return kind != "" && e.kind == kind })
}

func excludes(without []exclusion, p unread) bool {
	return slices.ContainsFunc(without, func(e exclusion) bool {
		return e.arn != "" && iampolicy.Like(e.arn, p.arn) || e.kind != "" && e.kind == p.kind
	})
}
