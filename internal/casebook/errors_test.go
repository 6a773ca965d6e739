package casebook_test

import (
	"strings"
	"testing"

	"whystopped/internal/casebook"
)

func TestReference(t *testing.T) {
	if ref, err := casebook.Reference(" " + taskARN + "\n"); err != nil || ref.ARN() != taskARN {
		t.Errorf("Reference = %+v, %v", ref, err)
	}
	const secret = "AKIAIOSFODNN7EXAMPLE/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	for _, pasted := range []string{"", "hello", "arn:aws:iam::111122223333:role/x", "password=" + secret} {
		_, err := casebook.Reference(pasted)
		if casebook.KindOf(err) != casebook.NotAReference || strings.Contains(err.Error(), secret) {
			t.Errorf("Reference(%q): %v", pasted, err)
		}
	}
}
