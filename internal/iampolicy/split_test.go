package iampolicy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	requests := func(secrets, buckets int) []Request {
		all := []Request{{Action: "ecr:GetAuthorizationToken"}}
		for i := range secrets {
			all = append(all, Request{Action: "secretsmanager:GetSecretValue", Resource: fmt.Sprintf("arn:aws:secretsmanager:eu-west-1:111122223333:secret:ledger/payments/%04d/database-AbCd%02d", i, i%100)})
		}
		for i := range buckets {
			all = append(all, Request{Action: "s3:GetObject", Resource: fmt.Sprintf("arn:aws:s3:::ledger-%04d/prod/settings.env", i)})
		}
		return all
	}
	for _, tt := range []struct{ secrets, buckets, limit, parts int }{
		{0, 0, InlineOfRole, 1},
		{90, 0, InlineOfRole, 1},
		{90, 0, InlineOfUser, 2},
		{150, 0, InlineOfRole, 3},
		{150, 300, InlineOfRole, 5},
	} {
		doc, _ := Allow(requests(tt.secrets, tt.buckets), here)
		parts := Split(doc, tt.limit)
		if len(parts) != tt.parts {
			t.Errorf("%+v: %d parts of %d characters", tt, len(parts), characters(doc))
		}
		var grants []string
		for _, part := range parts {
			if passed := Gate(part, KindIdentity); len(passed.Refused) > 0 {
				t.Errorf("%+v: %v", tt, passed.Refused)
			}
			if n := characters(part); len(parts) > 1 && n > ManagedLimit {
				t.Errorf("%+v: a part of %d characters", tt, n)
			}
			grants = append(grants, allGrants(part)...)
		}
		slices.Sort(grants)
		whole := allGrants(doc)
		slices.Sort(whole)
		if diff := cmp.Diff(whole, grants); diff != "" {
			t.Errorf("%+v: the parts allow something else (-want +got)\n%s", tt, diff)
		}
	}
}

func allGrants(doc Document) []string {
	var all []string
	for _, s := range doc.Statement {
		for _, action := range s.Action {
			for _, resource := range s.Resource {
				all = append(all, action+" "+resource)
			}
		}
	}
	return all
}

func TestFit(t *testing.T) {
	wide := func(n int) Document {
		return Document{Version: Version, Statement: []Statement{{Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: []string{strings.Repeat("x", n)}}}}
	}
	for _, tt := range []struct {
		docs  []Document
		limit int
		want  bool
	}{
		{[]Document{wide(10_000)}, InlineOfRole, true},
		{[]Document{wide(10_240)}, InlineOfRole, false},
		{[]Document{wide(4_900), wide(4_900)}, InlineOfRole, true},
		{[]Document{wide(6_000), wide(6_000)}, InlineOfRole, false},
		{[]Document{wide(2_000)}, InlineOfUser, false},
		{nil, InlineOfUser, true},
	} {
		if got := Fit(tt.docs, tt.limit); got != tt.want {
			t.Errorf("%d documents fit into %d: %v, want %v", len(tt.docs), tt.limit, got, tt.want)
		}
	}
}
