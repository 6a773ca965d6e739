package iampolicy

import "testing"

func TestIsForm(t *testing.T) {
	here := Context{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}
	tests := []struct {
		name string
		req  Request
		ctx  Context
		want bool
	}{
		{"no resource", Request{Action: "dynamodb:GetItem"}, here, true},
		{"no resource, and nothing known of the place", Request{Action: "s3:PutObject"}, Context{}, true},
		{"a resource", Request{Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/ORDERS"}, here, false},
		{"everything", Request{Action: "ecr:GetAuthorizationToken"}, here, false},
		{"any key of a service's use", Request{Action: "kms:Decrypt", ViaService: "ssm.eu-west-1.amazonaws.com"}, here, false},
	}
	for _, tt := range tests {
		doc, _ := Allow([]Request{tt.req}, tt.ctx)
		if got := doc.Statement[0].IsForm(); got != tt.want {
			t.Errorf("%s: %v is a form: %v, want %v", tt.name, doc.Statement[0].Resource, got, tt.want)
		}
	}
}
