package catalogue

import (
	"strings"
	"testing"

	"whystopped/internal/diagnose/cause"
)

// TestEveryPatternCompiles: patterns compile on first use, so that a broken one
// would show only when its literal is met.
func TestEveryPatternCompiles(t *testing.T) {
	for _, k := range All() {
		for _, p := range cause.Phrases(k.When) {
			if p.Literal() == "" || p.Literal() != strings.ToLower(p.Literal()) {
				t.Errorf("%s: the literal %q must be there, in lower case", k.Code, p.Literal())
			}
			if p.Expr() != "" && !p.Compiles() {
				t.Errorf("%s: %s does not compile", k.Code, p.Expr())
			}
		}
	}
}
