package iampolicy

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValidate(t *testing.T) {
	allow := func(change func(*Statement)) Document {
		s := Statement{Sid: "A", Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: []string{"arn:aws:s3:::b/k"}}
		change(&s)
		return Document{Version: Version, Statement: []Statement{s}}
	}
	tests := []struct {
		name string
		kind Kind
		doc  Document
		want string // the problems, joined by "; "
	}{
		{"fine", KindIdentity, allow(func(*Statement) {}), ""},
		{"old version", KindIdentity, Document{Version: "2008-10-17"}, `version is "2008-10-17", not 2012-10-17; no statement`},
		{"effect", KindIdentity, allow(func(s *Statement) { s.Effect = "allow" }), `statement 0: effect "allow" is neither Allow nor Deny`},
		{"Sid", KindIdentity, allow(func(s *Statement) { s.Sid = "a b" }), `statement 0: the Sid "a b" has other characters than letters and digits`},
		{"unknown action", KindIdentity, allow(func(s *Statement) { s.Action = []string{"s3:HeadObject"} }), "statement 0: IAM has no action s3:HeadObject"},
		{
			"spelling", KindIdentity,
			allow(func(s *Statement) { s.Action = []string{"s3:getobject"} }),
			"statement 0: s3:getobject is spelled s3:GetObject",
		},
		{"no action", KindIdentity, allow(func(s *Statement) { s.Action = nil }), "statement 0: needs one of Action and NotAction"},
		{
			"no colon", KindIdentity,
			allow(func(s *Statement) { s.Action = []string{"GetObject"} }),
			`statement 0: "GetObject" is no action`,
		},
		{
			"bucket for objects", KindIdentity,
			allow(func(s *Statement) { s.Resource = []string{"arn:aws:s3:::b"} }),
			"statement 0: s3:GetObject cannot act on any of the resources; statement 0: none of the actions can act on arn:aws:s3:::b",
		},
		{
			"* needed", KindIdentity,
			allow(func(s *Statement) {
				s.Action, s.Resource = []string{"ecr:GetAuthorizationToken"}, []string{"arn:aws:ecr:eu-west-1:111122223333:repository/a"}
			}),
			"statement 0: ecr:GetAuthorizationToken cannot act on any of the resources; " +
				"statement 0: none of the actions can act on arn:aws:ecr:eu-west-1:111122223333:repository/a",
		},
		{
			"no ARN", KindIdentity,
			allow(func(s *Statement) { s.Resource = []string{"arn:aws:s3:::b/k", "b"} }),
			`statement 0: "b" is neither an ARN nor *; statement 0: none of the actions can act on b`,
		},
		{
			"partitions", KindIdentity,
			allow(func(s *Statement) { s.Resource = []string{"arn:aws:s3:::b/k", "arn:aws-cn:s3:::b/k"} }),
			"ARNs of 2 partitions",
		},
		{
			"principal", KindIdentity,
			allow(func(s *Statement) { s.Principal = Principal{"*": {"*"}} }),
			"statement 0: a policy of this kind has no Principal",
		},
		{"no principal", KindKey, allow(func(*Statement) {}), "statement 0: needs a Principal"},
		{"no resource", KindIdentity, allow(func(s *Statement) { s.Resource = nil }), "statement 0: needs a Resource"},
		{
			"resource in trust", KindTrust,
			allow(func(s *Statement) {
				s.Principal, s.Action, s.Resource = Principal{"Service": {ECSTasks}}, []string{"sts:AssumeRole"}, []string{"*"}
			}),
			"statement 0: a trust policy has no Resource",
		},
		{
			"condition", KindIdentity,
			allow(func(s *Statement) { s.Condition = Condition{"StringEqual": {"ViaService": {}}} }),
			"statement 0: unknown condition operator StringEqual; statement 0: \"ViaService\" is no condition key; " +
				"statement 0: no value for the condition key ViaService",
		},
		{
			"too long", KindBoundary,
			allow(func(s *Statement) { s.Resource = []string{"arn:aws:s3:::b/" + strings.Repeat("k", 6100)} }),
			"6224 characters, more than the 6144 of a policy of this kind",
		},
		{"kind", "other", allow(func(s *Statement) { s.Principal = Principal{"*": {"*"}} }), `unknown kind "other"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var texts []string
			for _, problem := range Validate(tt.doc, tt.kind) {
				texts = append(texts, problem.String())
			}
			if diff := cmp.Diff(tt.want, strings.Join(texts, "; ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDocumentJSON(t *testing.T) {
	const in = `{"Version": "2012-10-17", "Id": "x", "Statement": {
		"Effect": "Deny", "Principal": "*", "NotAction": "s3:*", "Resource": "*",
		"Condition": {"Bool": {"aws:SecureTransport": false}, "NumericLessThan": {"s3:TlsVersion": [1.2]}}}}`
	var doc Document
	if err := json.Unmarshal([]byte(in), &doc); err != nil {
		t.Fatal(err)
	}
	want := Document{Version: Version, Statement: []Statement{{
		Effect: "Deny", Principal: Principal{"*": {"*"}}, NotAction: []string{"s3:*"}, Resource: []string{"*"},
		Condition: Condition{"Bool": {"aws:SecureTransport": {"false"}}, "NumericLessThan": {"s3:TlsVersion": {"1.2"}}},
	}}}
	if diff := cmp.Diff(want, doc); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	const wantOut = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","NotAction":["s3:*"],"Resource":["*"],` +
		`"Condition":{"Bool":{"aws:SecureTransport":["false"]},"NumericLessThan":{"s3:TlsVersion":["1.2"]}}}]}`
	if diff := cmp.Diff(wantOut, string(out)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, bad := range []string{`[]`, `{"Statement": "x"}`, `{"Statement": [{"Action": {}}]}`, `{"Statement": [{"Principal": 1}]}`} {
		if err := json.Unmarshal([]byte(bad), &doc); err == nil {
			t.Errorf("%s was read as %+v", bad, doc)
		}
	}
}

func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"x"},"Action":"s3:GetObject","Resource":["*"]}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var doc, again Document
		if json.Unmarshal(in, &doc) != nil {
			return
		}
		Validate(doc, KindIdentity)
		out, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if repeat, err := json.Marshal(again); err != nil || string(repeat) != string(out) {
			t.Errorf("%s became %s, %v", out, repeat, err)
		}
	})
}
