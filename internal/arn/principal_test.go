package arn

import "testing"

func TestPrincipalName(t *testing.T) {
	tests := []struct{ principal, want string }{
		{"", ""},
		{"arn:aws:iam::111122223333:role/service/orders-exec", "orders-exec"},
		{"arn:aws:sts::111122223333:assumed-role/orders-exec/0f1e2d3c", "orders-exec"},
		{"arn:aws-cn:iam::111122223333:user/ops/mia", "mia"},
		{"arn:aws:iam::111122223333:root", "root"},
		{"orders-exec", "orders-exec"},
	}
	for _, tt := range tests {
		if got := PrincipalName(tt.principal); got != tt.want {
			t.Errorf("PrincipalName(%q) = %q, want %q", tt.principal, got, tt.want)
		}
	}
}
