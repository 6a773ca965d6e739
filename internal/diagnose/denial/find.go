package denial

import (
	"regexp"
	"sort"
	"strings"

	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// Anchors are the literals, in lower case, one of which stands in every text
// that Find finds something in. A long log is searched for them first.
func Anchors() []string {
	return []string{
		"authorized to", "authorised to", "accessdenied", "access denied", "unauthorizedoperation", "forbidden", "authorizationerror",
		"access to kms is not allowed", "the ciphertext refers to a customer master key", "access to the resource http", "kmsaccessdenied",
		"status code: 403", "statuscode: 403", "(403)", "couldn't call 'get_role'",
	}
}

// bare is a text of one service that names no action.
type bare struct {
	anchor          string // a literal in lower case that every match contains
	pattern         *regexp.Regexp
	service, action string
	policy          verdict.PolicyType
	ambiguous       bool
}

var bares = []bare{
	// Secrets Manager, when the key behind the secret may not be used.
	{anchor: "kms", pattern: regexp.MustCompile(`(?i)Access\s+to\s+KMS\s+is\s+not\s+allowed`), service: "secretsmanager", action: "kms:Decrypt", policy: verdict.PolicyUnknown, ambiguous: true},
	// KMS itself, of a ciphertext whose key it will not tell.
	{anchor: "ciphertext", pattern: regexp.MustCompile(`(?i)The\s+ciphertext\s+refers\s+to\s+a\s+customer\s+master\s+key\s+that\s+does\s+not\s+exist[^\n.]{0,120}`), service: "kms", action: "kms:Decrypt", policy: verdict.PolicyUnknown, ambiguous: true},
	// SQS's old sentence.
	{anchor: "is denied", pattern: regexp.MustCompile(`(?i)Access\s+to\s+the\s+resource\s+(https?://\S+?)\s+is\s+denied`), service: "sqs", policy: verdict.PolicyUnknown},
	// The SageMaker SDK swallows the refusal and prints its own words.
	{anchor: "couldn't call 'get_role'", pattern: regexp.MustCompile(`Couldn't call 'get_role' to get Role ARN`), service: "iam", action: "iam:GetRole", policy: verdict.PolicyUnknown},
	// A program's S3 driver that prints its name and S3's two words.
	{anchor: "access denied", pattern: regexp.MustCompile(`(?i)\bs3\w*:\s+Access\s+Denied\b`), service: "s3", policy: verdict.PolicyUnknown},
	// An object store client that prints S3's answer and no code.
	{anchor: "access denied", pattern: regexp.MustCompile(`(?i)(?:iter bucket|iterating bucket|list(?:ing)? objects|stat object|get object|put object|upload(?:ing)?\s[^\n]{0,60}?)\S*:\s+Access\s+Denied\b`), service: "s3", policy: verdict.PolicyUnknown},
}

// Find finds every refusal of a text, in order, each once.
func Find(text string) []Denial {
	lower := lowerASCII(text)
	sents := sentences(text, lower)
	envs := envelopes(text, lower)
	used := make([]bool, len(envs))
	for i := range sents {
		if j := envelopeOf(sents, i, envs); j >= 0 {
			sents[i].wrap(envs[j])
			used[j] = true
		}
	}
	found := sents
	for j, e := range envs {
		if !used[j] && e.refuses() && !nested(e, sents) {
			found = append(found, e.denial())
		}
	}
	found = addBares(text, lower, found, envs)
	for i := range found {
		found[i].finish(text)
	}
	return dedupe(found)
}

// maxEnvelopeGap is how far, in bytes, an SDK's words may stand from the
// sentence that they wrap.
const maxEnvelopeGap = 1500

// envelopeOf finds the envelope around a sentence: one that contains it, the
// last before it, or, for Java, the first behind it.
func envelopeOf(sents []Denial, i int, envs []envelope) int {
	s := sents[i]
	for j, e := range envs {
		if e.start <= s.Start && s.Start < e.end {
			return j
		}
		if e.before && e.start >= s.Start && e.end-s.End < maxEnvelopeGap && (i+1 == len(sents) || e.end <= sents[i+1].End) {
			return j
		}
	}
	for j := len(envs) - 1; j >= 0; j-- {
		e := envs[j]
		if !e.before && e.end <= s.Start && s.Start-e.end < maxEnvelopeGap && (i == 0 || sents[i-1].End <= e.start) && e.refuses() {
			return j
		}
	}
	return -1
}

// nested reports whether an envelope only repeats a sentence that was read.
func nested(e envelope, sents []Denial) bool {
	for _, s := range sents {
		if e.start < s.End+maxEnvelopeGap && s.Start < e.end+200 && !s.Bare && (e.operation == "" || s.Operation == "" || s.Operation == e.operation) {
			return true
		}
	}
	return false
}

func (d *Denial) wrap(e envelope) {
	d.Service, d.Operation, d.Code = e.service, e.operation, e.code
	if e.start < d.Start && d.Action == "" {
		d.Start = e.start
	}
}

func (e envelope) denial() Denial {
	return Denial{
		Service: e.service, Operation: e.operation, Code: e.code, Bare: true,
		Policy: verdict.PolicyUnknown, Start: e.start, End: trimmedEnd(e),
	}
}

// trimmedEnd keeps a bare denial's quote short: the envelope without a long message.
func trimmedEnd(e envelope) int { return min(e.end, e.start+600) }

func addBares(text, lower string, found []Denial, envs []envelope) []Denial {
	for _, b := range bares {
		if !strings.Contains(lower, b.anchor) {
			continue
		}
		for _, m := range b.pattern.FindAllStringSubmatchIndex(text, -1) {
			d := Denial{
				Service: b.service, Action: b.action, Bare: true, Ambiguous: b.ambiguous, Policy: b.policy,
				Code: "AccessDenied", Start: m[0], End: m[1],
			}
			if len(m) > 2 && m[2] >= 0 {
				d.Resource = queueFromURL(text[m[2]:m[3]])
			}
			found = replaceEnvelopeDenial(found, d, envs)
		}
	}
	return found
}

// replaceEnvelopeDenial puts a service's own words in the place of what was
// made of the envelope around them.
func replaceEnvelopeDenial(found []Denial, d Denial, envs []envelope) []Denial {
	for i, f := range found {
		if f.Bare && f.Start <= d.Start && d.Start < f.End+300 {
			d.Operation, d.Code = f.Operation, f.Code
			found[i] = d
			return found
		}
	}
	for _, e := range envs {
		if e.start <= d.Start && d.Start < e.end {
			d.Operation, d.Code = e.operation, e.code
		}
	}
	return append(found, d)
}

// queueFromURL keeps a queue's URL, and drops the service's own address, which
// SQS prints for calls without a queue.
func queueFromURL(url string) string {
	if strings.Count(strings.TrimRight(url, "/"), "/") < 4 {
		return ""
	}
	return url
}

const headWindow = 1500 // bytes before a refusal in which its head is sought

// finish derives the action from the operation where no sentence told it.
func (d *Denial) finish(text string) {
	if d.Action == "" {
		d.Action = d.actionOfOperation()
	}
	if d.Action == "" {
		from := max(0, d.Start-headWindow)
		d.Action = actionOfHead(text[from:], d.End-from) // an envelope may begin before the head
	}
	if d.Resource == "" && strings.HasPrefix(d.Action, "s3:") {
		d.Resource = s3ResourceNear(text, *d)
	}
	if d.Resource == "" && takesNoResource(d.Action) {
		d.Resource = "*"
	}
	if strings.HasPrefix(d.Action, "sts:AssumeRoleWith") && d.Policy == verdict.PolicyUnknown {
		d.Policy = verdict.PolicyTrust // such calls are unsigned: only the trust policy is asked
	}
	if strings.HasPrefix(d.Action, "sts:AssumeRole") && (d.Policy == verdict.PolicyResource || d.Policy == verdict.PolicyUnknown && d.assumesItself()) {
		d.Policy = verdict.PolicyTrust // a role's resource policy is its trust policy
	}
}

// assumesItself: a role may assume itself only where its trust policy says so.
// Source: https://aws.amazon.com/blogs/security/announcing-an-update-to-iam-role-trust-policy-behavior/
func (d Denial) assumesItself() bool {
	return d.Principal.Role != "" && strings.HasSuffix(d.Resource, "/"+d.Principal.Role)
}

// takesNoResource tells actions that can be allowed on * only.
func takesNoResource(action string) bool {
	a, known := iampolicy.Canonical(action)
	return known && !a.ResourceLevel()
}

func (d Denial) actionOfOperation() string {
	if d.Operation == "" {
		return ""
	}
	if d.Service == "" && strings.HasSuffix(d.Code, "UnauthorizedOperation") {
		d.Service = "ec2" // the code is EC2's alone
	}
	if d.Service != "" {
		if actions := iampolicy.CallActions(d.Service, d.Operation); len(actions) > 0 {
			return actions[0]
		}
	}
	if actions := iampolicy.OperationActions(d.Operation); len(actions) == 1 {
		return actions[0]
	}
	return ""
}

func dedupe(found []Denial) []Denial {
	sort.SliceStable(found, func(i, j int) bool { return found[i].Start < found[j].Start })
	var kept []Denial
next:
	for _, d := range found {
		for i, k := range kept {
			if k.SameCall(d) {
				kept[i] = k.Merge(d)
				continue next
			}
		}
		kept = append(kept, d)
	}
	return kept
}

// lowerASCII lower-cases without moving any byte, so that offsets hold, also
// where a text was cut inside a rune.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
