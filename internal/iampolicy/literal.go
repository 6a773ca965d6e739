package iampolicy

import "strings"

// literal writes text so that IAM takes it for itself in a policy's resource or
// condition: a "*" or "?" of the evidence is a character of a name, and no
// pattern, and "${…}" is no variable. Wildcards that belong there are appended
// behind it, by this package alone.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
func literal(text string) string {
	if !strings.ContainsAny(text, "*?$") {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == '*' || c == '?':
			b.WriteString("${" + string(c) + "}")
		case c == '$' && i+1 < len(text) && strings.IndexByte("{*?$", text[i+1]) >= 0:
			b.WriteString("${$}")
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Unescape returns the text that a pattern of a policy stands for. Its wildcards
// become what star and question say; the characters that literal escaped become
// themselves.
func Unescape(pattern, star, question string) string {
	return strings.NewReplacer("${$}", "$", "${*}", "*", "${?}", "?", "*", star, "?", question).Replace(pattern)
}

// sample is a pattern as a text in which only the wildcards are left that IAM
// would read as such, for the reference's templates to be held against.
var sample = strings.NewReplacer("${$}", "$", "${*}", "x", "${?}", "x").Replace

// hasWildcard reports whether a pattern stands for more than one text.
func hasWildcard(pattern string) bool {
	return strings.ContainsAny(sample(pattern), "*?")
}
