package denial

import (
	"regexp"
	"strings"
)

var (
	// What may follow an unquoted resource.
	resourceEnd = regexp.MustCompile(`(?i)(?:\s|\\n|\\t)+(?:because\b|with\s+an\s+explicit|status code:|\(service:|at\s+\S+\s*\(|caused by|---)`)
	// A log collector may break the line inside the resource; the reason behind
	// it shows that the sentence went on.
	wrappedResource = regexp.MustCompile(`(?i)^(arn:[^\s"']+)[\r\n]+[ \t]*([^\s"']+)\s+(?:because\s+no|with\s+an\s+explicit)\b`)
	// IAM and STS print words instead of ARNs.
	wordResource = regexp.MustCompile(`(?i)^((?:role|user|group|policy path|policy|instance profile|access key|server certificate|mfa device|saml provider|oidc provider)\s+[^\s,;"']+)`)
)

// closers maps an opening quote to its closing one; SES opens with a backtick
// and closes with an apostrophe.
var closers = map[byte]string{'"': "\"", '\'': "'", '`': "'`"}

// resourceValue reads the resource at the start of s: how it is printed, how
// many bytes that took, and whether the text was cut inside it.
func resourceValue(s string, atEnd bool) (value string, used int, cut bool) {
	start := 0
	for start < len(s) && s[start] == '\\' {
		start++
	}
	if start < len(s) && closers[s[start]] != "" {
		if v, n, ok := quotedResource(s[start:]); ok {
			return v, start + n, false
		}
		start++
	}
	if m := wordResource.FindString(s[start:]); m != "" {
		return trimResource(m), start + len(m), false
	}
	if m := wrappedResource.FindStringSubmatchIndex(s[start:]); m != nil {
		v := s[start:]
		return trimResource(v[m[2]:m[3]] + v[m[4]:m[5]]), start + m[5], false
	}
	end, spaced := unquotedEnd(s[start:])
	raw := s[start : start+end]
	value = trimResource(raw)
	if spaced {
		value = trimResource(joinSpaced(raw))
	}
	if strings.HasPrefix(raw, "+") { // a phone number, which people mask with dots
		return strings.TrimRight(raw, "."), start + end, false
	}
	if strings.HasSuffix(raw, "...") || strings.HasSuffix(raw, "…") {
		return "", start + end, true
	}
	if atEnd && start+end == len(s) && incomplete(value) {
		return "", start + end, true
	}
	return value, start + end, false
}

func quotedResource(s string) (string, int, bool) {
	i := strings.IndexAny(s[1:], closers[s[0]])
	if i <= 0 || strings.ContainsAny(s[1:1+i], "\n") {
		return "", 0, false
	}
	return strings.TrimRight(s[1:1+i], `\`), i + 2, true
}

// unquotedEnd finds where an unquoted resource ends: at white space, unless
// the sentence goes on behind a name with blanks in it.
func unquotedEnd(s string) (end int, spaced bool) {
	line := s
	if i := strings.IndexAny(line, "\n\r"); i >= 0 {
		line = line[:i]
	}
	if i := strings.IndexByte(line, '"'); i > 0 { // of the text around it: AWS quotes the names that may have one
		line = line[:i]
	}
	first := firstBlank(line)
	if i := strings.Index(line, `\n`); i >= 0 && (first < 0 || i < first) {
		return i, false
	}
	if first < 0 {
		return len(line), false
	}
	if m := resourceEnd.FindStringIndex(line); m != nil && m[0] > first && m[0]-first < 200 && !strings.ContainsAny(line[first:m[0]], "()[]{};\"") && !strings.Contains(line[first:m[0]], ". ") {
		return m[0], true
	}
	return first, false
}

// firstBlank is the first blank outside <a masked name>, or -1.
func firstBlank(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '<':
			depth++
		case '>':
			depth = max(0, depth-1)
		case ' ', '\t':
			if depth == 0 || !strings.Contains(s[i:], ">") {
				return i
			}
		}
	}
	return -1
}

func joinSpaced(s string) string { return strings.TrimSpace(s) }

// trimResource takes off what belongs to the text around the resource. A final
// colon is part of the ARNs that CloudWatch Logs prints, and of no other.
func trimResource(s string) string {
	s = trimClosers(s)
	if !strings.Contains(s, "<") { // people mask names as <name>
		s = strings.TrimRight(s, ">\"'")
	}
	if i := strings.Index(s, "</"); i > 0 {
		s = s[:i]
	}
	if strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "...") {
		s = s[:len(s)-1]
	}
	if strings.HasSuffix(s, ":") && !strings.Contains(s, ":logs:") {
		s = strings.TrimRight(s, ":")
	}
	return s
}

// trimClosers takes off what closes a quote or a bracket around the resource. A
// brace that closes one in the name stays: names may be templates' words.
func trimClosers(s string) string {
	for s != "" && strings.IndexByte("\"'`\\,;)}]", s[len(s)-1]) >= 0 {
		if s[len(s)-1] == '}' && strings.Count(s, "{") >= strings.Count(s, "}") {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}

// incomplete tells that a resource at the very end of a text was cut: an ARN
// without its six parts, or one whose type has begun and no more.
func incomplete(s string) bool {
	if !strings.HasPrefix(s, "arn:") {
		return s != "*" && strings.HasPrefix("arn:", s)
	}
	parts := strings.SplitN(s, ":", 6)
	if len(parts) < 6 || parts[5] == "" {
		return true
	}
	res := parts[5]
	switch parts[2] {
	case "logs":
		return !strings.HasPrefix(res, "log-group:") || res == "log-group:"
	case "secretsmanager":
		return !strings.HasPrefix(res, "secret:") || res == "secret:"
	case "ssm":
		return !strings.HasPrefix(res, "parameter/")
	case "ecr":
		return !strings.HasPrefix(res, "repository/")
	}
	return false
}
