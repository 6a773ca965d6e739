package denial

import (
	"regexp"
	"strings"

	"whystopped/internal/diagnose/verdict"
)

var (
	// "allowsthe" and other lost blanks have been seen; what follows the
	// policy's kind does not matter.
	becauseNo = regexp.MustCompile(`(?i)because\s+(?:no|the)\s+(identity|resource|session|permissions?|vpc|service|role)(?:[\s-]+(\S+))?(?:[\s\w-]{0,40}?\s+allows?\s*the\s+[\w:*-]+(?:\s+action)?)?`)
	// The policy's ARN may follow since January 2026:
	// https://aws.amazon.com/blogs/security/ (enhanced access denied error messages with policy ARNs)
	withExplicit = regexp.MustCompile(`(?i)with\s+an\s+explicit\s+deny(?:\s+in\s+(?:an?|the)\s+((?:[a-z-]+\s+){0,4}?(?:policy|boundary))(?:\s+transitively\s+through\s+an?\s+(service\s+control\s+policy))?(?::?\s*(arn:[^\s"'\\)]+))?)?`)
	// KMS through another service names neither side.
	kmsEither = regexp.MustCompile(`(?i)because\s+the\s+resource\s+does\s+not\s+exist\s+in\s+this\s+region`)
)

const reasonWindow = 700 // bytes behind the resource in which the clause may begin

// readReason reads the clause that says which policy decided. base is tail's
// offset in the text, for the range of deciding words; 0 leaves it alone.
func (d *Denial) readReason(tail string, base int) {
	tail = tail[:min(len(tail), reasonWindow)]
	if i := sentenceAnchor.FindStringIndex(tail); i != nil {
		tail = tail[:i[0]] // the next sentence has a reason of its own
	}
	var m []int
	switch {
	case kmsEither.MatchString(tail):
		m = kmsEither.FindStringIndex(tail)
		d.Policy, d.Ambiguous = verdict.PolicyKey, true
	case withExplicit.MatchString(tail):
		m = withExplicit.FindStringSubmatchIndex(tail)
		d.explicitDeny(tail, m)
	case becauseNo.MatchString(tail):
		m = becauseNo.FindStringSubmatchIndex(tail)
		second := ""
		if m[4] >= 0 {
			second = tail[m[4]:m[5]]
		}
		d.Policy = implicitPolicy(tail[m[2]:m[3]], second)
	default:
		return
	}
	if d.Policy == verdict.PolicyResource && strings.HasPrefix(d.Action, "kms:") {
		d.Policy = verdict.PolicyKey // for KMS the resource policy is the key policy
	}
	if base > 0 {
		d.End = base + m[1]
	}
}

func (d *Denial) explicitDeny(tail string, m []int) {
	d.Explicit = true
	if m[2] >= 0 {
		d.Policy = explicitPolicy(tail[m[2]:m[3]])
	}
	if m[4] >= 0 { // "transitively through a service control policy"
		d.Policy = verdict.PolicySCP
	}
	if m[6] >= 0 {
		d.PolicyARN = strings.TrimRight(tail[m[6]:m[7]], ".,;:")
	}
}

func implicitPolicy(first, second string) verdict.PolicyType {
	switch strings.ToLower(first) {
	case "identity":
		return verdict.PolicyIdentity
	case "session":
		return verdict.PolicySession
	case "permission", "permissions":
		return verdict.PolicyBoundary
	case "vpc":
		return verdict.PolicyVPCEndpoint
	case "service":
		return verdict.PolicySCP
	case "role":
		return verdict.PolicyTrust
	}
	if strings.HasPrefix(strings.ToLower(second), "control") {
		return verdict.PolicyRCP
	}
	return verdict.PolicyResource
}

func explicitPolicy(words string) verdict.PolicyType {
	w := strings.ToLower(strings.Join(strings.Fields(words), " "))
	switch {
	case strings.HasPrefix(w, "identity"):
		return verdict.PolicyIdentity
	case strings.HasPrefix(w, "resource control"):
		return verdict.PolicyRCP
	case strings.HasPrefix(w, "resource"):
		return verdict.PolicyResource
	case strings.HasPrefix(w, "service control"):
		return verdict.PolicySCP
	case strings.HasPrefix(w, "session"): // AWS prints "sessions policy" too
		return verdict.PolicySession
	case strings.Contains(w, "boundary"):
		return verdict.PolicyBoundary
	case strings.Contains(w, "endpoint"):
		return verdict.PolicyVPCEndpoint
	case strings.Contains(w, "trust"):
		return verdict.PolicyTrust
	}
	return verdict.PolicyUnknown
}
