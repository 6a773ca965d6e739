package fix

import (
	"regexp"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
)

// emptyNames are what programs put where a value is missing.
var emptyNames = map[string]bool{"null": true, "undefined": true, "none": true, "nil": true, "nan": true, "<nil>": true, "[object object]": true, "(null)": true}

var (
	// templateName is what a template engine, a shell or a person leaves where a
	// value belongs: ${AWS::AccountId}, {{bucket}}, $(BUCKET), %BUCKET%, __BUCKET__.
	templateName = regexp.MustCompile(`\$\{[^}]*\}|\{\{[^}]*\}\}|\$\([^)]*\)|#\{[^}]*\}|%\([^)]*\)s|%[A-Z][A-Z0-9_]+%|__[A-Z][A-Z0-9_]+__|\$[A-Z][A-Z0-9_]{2,}|(?i:\b(?:replace|change)[-_]?(?:me|this)\b)`)
	// qualifier is a name that AWS itself writes with a dollar sign.
	qualifier = regexp.MustCompile(`^\$LATEST`)
	// bracketed is the same in angle brackets, or what people write over a name
	// that they hide.
	bracketed = regexp.MustCompile(`<[^<>]{1,60}>|\{[A-Za-z_ -]{2,60}\}`)
	// address is an e-mail address as SES takes it.
	address = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

// misnamed is the part of a denied resource that is no name: what the program's
// configuration should have replaced. It is "" for a name that can be one.
// Words in angle brackets may be the work of whoever brought the text, where
// other names of it are hidden like that too.
func misnamed(r *cause.Refusal) string {
	printed := r.Resource
	if printed == "" || printed == "*" {
		return ""
	}
	if m := templateName.FindString(printed); m != "" && !qualifier.MatchString(m) {
		return m
	}
	a, ok := arn.Parse(printed)
	if !ok {
		a = arn.ARN{Resource: printed}
	}
	if hidden := bracketed.FindString(a.Resource); hidden != "" && !bracketed.MatchString(a.Region+a.Account+r.Principal.ARN) && !strings.Contains(printed, "***") {
		return hidden
	}
	// A service writes null itself where a request leaves a name out.
	empty := func(part string) bool {
		part = strings.ToLower(part)
		return emptyNames[part] && (part != "null" || r.Text.Place != cause.Trail)
	}
	for _, part := range []string{a.Region, a.Account} {
		if empty(part) {
			return part
		}
	}
	for part := range strings.FieldsFuncSeq(a.Resource, func(r rune) bool { return r == '/' || r == ':' }) {
		if empty(part) {
			return part
		}
	}
	if id, isIdentity := strings.CutPrefix(a.Resource, "identity/"); a.Service == "ses" && isIdentity && strings.Contains(id, "@") && !address.MatchString(id) {
		return id
	}
	return ""
}
