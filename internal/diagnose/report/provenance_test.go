package report

import (
	"strings"
	"testing"
)

func TestProvenance(t *testing.T) {
	tests := []struct {
		name string
		d    Diagnosis
		want string
	}{
		{"read from AWS", Diagnosis{BroughtBy: "ana@example.com"}, ""},
		{"by somebody", Diagnosis{Brought: true, BroughtBy: "ana@example.com"}, "Based on evidence that ana@example.com provided; nothing was read from AWS."},
		{"without a login", Diagnosis{Brought: true}, "Based on evidence that was provided; nothing was read from AWS."},
		{"a name of blanks", Diagnosis{Brought: true, BroughtBy: " \n "}, "Based on evidence that was provided; nothing was read from AWS."},
		{"a name of several lines", Diagnosis{Brought: true, BroughtBy: "Ana\n\n# Verified"}, "Based on evidence that Ana # Verified provided; nothing was read from AWS."},
		{"a name that turns text around", Diagnosis{Brought: true, BroughtBy: "Ana\u202e\x1b[31m"}, "Based on evidence that Ana[31m provided; nothing was read from AWS."},
		{"a name without end", Diagnosis{Brought: true, BroughtBy: strings.Repeat("é", 500)}, "Based on evidence that " + strings.Repeat("é", 80) + "… provided; nothing was read from AWS."},
	}
	for _, test := range tests {
		if got := test.d.Provenance(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
