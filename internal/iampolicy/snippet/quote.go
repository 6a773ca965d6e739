package snippet

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quote writes text as a string in double quotes that JSON, YAML and TypeScript
// read alike, and HCL too once its templates are escaped. Nothing in it can end
// the string, a line, or a script element around it, and no character is left
// that is not seen or turns the line around it.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '<' && i+1 < len(s) && (s[i+1] == '/' || s[i+1] == '!'):
			b.WriteString(`\u003c`)
		case r == utf8.RuneError || r > 0xffff && !unicode.IsPrint(r):
			b.WriteRune(utf8.RuneError)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// quoteHCL is quote for Terraform, which reads ${…} and %{…} as templates.
func quoteHCL(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(quote(s))
}

// quoteShell writes text as one word of a POSIX shell, in which nothing is
// expanded. A NUL, which no shell takes, is dropped.
func quoteShell(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
