package web

import (
	"testing"

	"whystopped/internal/diagnose"
)

func TestWordsOfAProof(t *testing.T) {
	const by = "iam:SimulatePrincipalPolicy"
	tests := []struct {
		verified    diagnose.Verified
		word, class string
	}{
		{diagnose.Verified{Status: "allowed", By: by, Before: "implicitDeny"}, "Proven", "held"},
		{diagnose.Verified{Status: "allowed", By: by, Before: "allowed"}, "Allowed already", "open"},
		{diagnose.Verified{Status: "still-denied", By: by, Before: "implicitDeny"}, "Not enough", "failed"},
		{diagnose.Verified{Status: "not-verified", By: by, Before: "implicitDeny"}, "Not decided", "open"},
		{diagnose.Verified{Status: "not-verified"}, "Not tried", "open"},
		{diagnose.Verified{Status: "not-verified", By: by}, "Not tried", "open"},
		{diagnose.Verified{}, "", ""},
	}
	for _, tt := range tests {
		if got := verifiedOf(tt.verified); got.Word != tt.word || got.Class != tt.class {
			t.Errorf("%+v: %q, %q, want %q, %q", tt.verified, got.Word, got.Class, tt.word, tt.class)
		}
	}
}
