package iampolicy

import "testing"

func TestLike(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "arn:aws:s3:::b/k", true},
		{"?", "", false},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"a*c", "ac", true},
		{"a*c", "abcd", false},
		{"a*b*c", "aXbXbXc", true},
		{"a*b*c", "aXcXb", false},
		{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf", true},
		{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEfG", false},
		{"db", "DB", false},
		{"***", "x", true},
		{"a**", "a", true},
	}
	for _, tt := range tests {
		if got := Like(tt.pattern, tt.text); got != tt.want {
			t.Errorf("Like(%q, %q) = %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}
