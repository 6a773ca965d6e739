package denial

import (
	"regexp"
	"strings"

	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// sentenceAnchor is the part that every form of the sentence shares. Between
// the words there may be any white space, a line break among it, and
// backslashes where the text was quoted.
var sentenceAnchor = regexp.MustCompile(`(?i)(?:is(?:\s|\\[nrt]?)+)?not(?:\s|\\[nrt]?)+authori[sz]ed(?:\s|\\[nrt]?)+to(?:\s|\\[nrt]?)+(?:perform|access|invoke)\b`)

var (
	// The subject stands before the anchor: "User: ARN", "User `ARN'" (SES),
	// "User ARN", "You are". The last one before the anchor counts.
	subject = regexp.MustCompile("(?i)\\b(?:user:\\s*|user\\s+with\\s+accountid:?\\s*|principal:\\s*|user\\s+[`'\"]|user\\s+(arn:))")
	// An action is service:Name. Some services print it in lower case, in
	// capitals, or in quotes.
	actionPattern = regexp.MustCompile("^(?:\\s|:|\\\\[nrt]?)*[`'\"\\\\]*([A-Za-z][A-Za-z0-9-]*:\\s?[A-Za-z][A-Za-z0-9*]*)")
	// SES and STS leave the colon after "perform" out; what the anchor left is
	// matched by actionPattern all the same.
	onResource = regexp.MustCompile("(?i)^[`'\"\\\\]*[,.]?(?:\\s|\\\\n)+on(?:\\s|\\\\n)+(?:the(?:\\s|\\\\n)+)?(?:this(?:\\s|\\\\n)+)?resources?\\b(?:\\(s\\))?\\s*:?(?:\\s|\\\\n)*")
)

const (
	lookBack  = 600  // bytes before the anchor in which the subject is sought
	lookAhead = 4000 // bytes behind it in which resource and reason are sought
)

// sentences finds every access-denied sentence of a text.
func sentences(text, lower string) []Denial {
	var found []Denial
	from := 0
	for _, m := range anchors(text, lower) {
		d, more := readSentence(text, from, m[0], m[1])
		if d.Action == "" && !d.Principal.Known() && !d.Explicit {
			if !strings.Contains(strings.ToLower(text[m[0]:m[1]]), "perform") {
				continue // "not authorized to access this page": no AWS sentence
			}
		}
		from = d.End
		found = append(found, listed(text, d)...)
		for _, action := range more {
			d.Action = action
			found = append(found, d)
		}
	}
	if strings.Contains(lower, "allow") {
		found = append(found, orphanClauses(text, found)...)
	}
	if strings.Contains(lower, "accessden") {
		if d, ok := cutSentence(text, from); ok {
			found = append(found, d)
		}
	}
	return found
}

// anchors finds the sentence's anchors by the literal in them, since a pattern
// that ignores case is slow over a long text.
func anchors(text, lower string) [][2]int {
	const reach = 60 // bytes before and behind the literal that an anchor may take
	var found [][2]int
	for from := 0; ; {
		i := strings.Index(lower[from:], "authori")
		if i < 0 {
			return found
		}
		at := from + i
		from = at + len("authori")
		low := max(0, at-reach)
		if n := len(found); n > 0 {
			low = max(low, found[n-1][1])
		}
		if m := sentenceAnchor.FindStringIndex(text[low:min(len(text), at+reach)]); m != nil {
			found = append(found, [2]int{low + m[0], low + m[1]})
		}
	}
}

// listedActions is what stands in brackets where a sentence names several actions:
// "to perform the required AWS Marketplace actions (aws-marketplace:Subscribe, …)".
var listedActions = regexp.MustCompile(`^[\w\s]{1,80}\bactions?\s*[(:]\s*([a-z][a-z0-9-]*:[A-Za-z]+(?:\s*(?:,|and|,\s*and)\s*[a-z][a-z0-9-]*:[A-Za-z]+)*)`)

// anyAction is one action of such a list.
var anyAction = regexp.MustCompile(`[a-z][a-z0-9-]*:[A-Za-z]+`)

// listed returns a denial for each action that a sentence lists; the denial itself
// where it lists none.
func listed(text string, d Denial) []Denial {
	if d.Action != "" || !d.Bare {
		return []Denial{d}
	}
	m := listedActions.FindStringSubmatchIndex(text[d.End:min(len(text), d.End+lookAhead)])
	if m == nil {
		return []Denial{d}
	}
	var all []Denial
	for _, name := range anyAction.FindAllString(text[d.End+m[2]:d.End+m[3]], -1) {
		if act, known := iampolicy.Canonical(name); known {
			one := d
			one.Action, one.Bare, one.End = act.String(), false, d.End+m[1]
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		return []Denial{d}
	}
	return all
}

// moreActions are further actions that a sentence names behind its first:
// "to perform: ecs:RunTask, ecs:StopTask on resource: …".
var moreActions = regexp.MustCompile(`^[` + "`" + `'"]*(?:\s*(?:,\s*and|,|and|or)\s+[` + "`" + `'"]*[a-z][a-z0-9-]*:[A-Za-z]+[` + "`" + `'"]*)+`)

// readSentence reads the sentence around an anchor, and the actions that it names
// beside the first.
func readSentence(text string, from, anchorStart, anchorEnd int) (d Denial, more []string) {
	d = Denial{Policy: verdict.PolicyUnknown, Start: anchorStart, End: anchorEnd}
	d.readSubject(text, max(from, anchorStart-lookBack), anchorStart)
	rest := text[anchorEnd:min(len(text), anchorEnd+lookAhead)]
	atEnd := anchorEnd+len(rest) == len(text)

	m := actionPattern.FindStringSubmatchIndex(rest)
	if m == nil {
		d.Cut = atEnd && strings.Trim(rest, " :\\.…") == ""
		d.Bare = true
		d.readReason(rest, 0)
		return d, nil
	}
	printed := strings.ReplaceAll(rest[m[2]:m[3]], " ", "")
	d.End = anchorEnd + m[3]
	tail := rest[m[3]:]
	action, known := iampolicy.Canonical(printed)
	if !known && atEnd && strings.Trim(tail, ".…") == "" {
		d.Cut = true
		d.Action = completeAction(printed)
		return d, nil
	}
	d.Action = action.String()
	if list := moreActions.FindString(tail); list != "" {
		for _, name := range anyAction.FindAllString(list, -1) {
			if act, known := iampolicy.Canonical(name); known && act.String() != d.Action {
				more = append(more, act.String())
			}
		}
		tail, d.End = tail[len(list):], d.End+len(list)
	}
	used := d.readResource(tail, atEnd)
	d.End += used
	d.readReason(tail[used:], d.End)
	if d.Policy == verdict.PolicyUnknown && !d.Explicit && atEnd && cutWithin(tail[used:]) {
		d.Cut = true
	}
	d.readEncoded(tail)
	return d, more
}

func (d *Denial) readSubject(text string, from, anchor int) {
	window := text[from:anchor]
	if i := strings.LastIndex(window, "not authorized"); i >= 0 {
		window, from = window[i:], from+i
	}
	all := subject.FindAllStringSubmatchIndex(window, -1)
	if all == nil {
		return
	}
	last := all[len(all)-1]
	begin := last[1]
	if last[2] >= 0 { // "User arn:…": the match ate the ARN's first letters
		begin = last[2]
	}
	d.Start = from + last[0]
	d.Principal = ParsePrincipal(strings.TrimSpace(window[begin:]))
}

// readResource reads "on resource: X" at the start of tail and returns how many
// bytes it took.
func (d *Denial) readResource(tail string, atEnd bool) int {
	m := onResource.FindStringIndex(tail)
	if m == nil {
		return 0
	}
	head := strings.ToLower(tail[m[0]:m[1]])
	value := tail[m[1]:]
	if strings.Contains(head, "this") || !strings.Contains(head, ":") && !startsResource(value) {
		return m[1] // "on this resource", "on the resource.": it is not named
	}
	res, n, cut := resourceValue(value, atEnd)
	d.Resource, d.Cut = res, d.Cut || cut
	return m[1] + n
}

func startsResource(s string) bool {
	s = strings.TrimLeft(s, "`'\"\\")
	return strings.HasPrefix(s, "arn:") || strings.HasPrefix(s, "*")
}

func (d *Denial) readEncoded(tail string) {
	const mark = "Encoded authorization failure message:"
	i := strings.Index(tail, mark)
	if i < 0 {
		return
	}
	blob := strings.TrimSpace(tail[i+len(mark):])
	if j := strings.IndexFunc(blob, func(r rune) bool { return !strings.ContainsRune(encodedAlphabet, r) }); j >= 0 {
		blob = blob[:j]
	}
	d.Encoded = blob
}

const encodedAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/="

// canonical spells an action as IAM does; unknown ones keep their name.
func canonical(printed string) string {
	a, _ := iampolicy.Canonical(printed)
	return a.String()
}

// startupActions are those whose cut forms can be completed without doubt,
// because ECS itself calls no other that begins alike.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
var startupActions = []string{
	"ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability",
	"secretsmanager:GetSecretValue", "ssm:GetParameters", "kms:Decrypt", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents",
}

// completeAction completes an action at which the text was cut.
func completeAction(printed string) string {
	match := ""
	for _, a := range startupActions {
		if len(printed) < len(a) && strings.EqualFold(a[:len(printed)], printed) {
			if match != "" {
				return ""
			}
			match = a
		}
	}
	return match
}

// cutWithin tells what is left of a reason that was cut. A sentence that simply
// ends without one may be whole: many services give none.
func cutWithin(rest string) bool {
	rest = strings.TrimSpace(rest)
	if rest == "..." || rest == "…" {
		return true
	}
	rest = strings.ToLower(strings.TrimRight(rest, ".…"))
	return rest != "" && (strings.HasPrefix("because no", rest) || strings.HasPrefix("with an explicit deny", rest))
}

// orphanClause is the end of a sentence whose beginning was cut off.
var orphanClause = regexp.MustCompile(`(?i)\bno\s+((?:identity|resource)-based|session|permissions|vpc\s+endpoint|service\s+control|resource\s+control|role\s+trust)\s+(?:policy|boundary)\s+allows?\s*the\s+([a-z][a-z0-9-]*:[a-z*]+)\s+action`)

func orphanClauses(text string, sents []Denial) []Denial {
	var found []Denial
next:
	for _, m := range orphanClause.FindAllStringSubmatchIndex(text, -1) {
		for _, s := range sents {
			if m[0] >= s.Start && m[0] <= s.End {
				continue next
			}
		}
		d := Denial{Action: canonical(text[m[4]:m[5]]), Policy: verdict.PolicyUnknown, Start: m[0], End: m[1]}
		d.readReason("because "+text[m[0]:m[1]], 0)
		found = append(found, d)
	}
	return found
}

// cutBeforeAnchor is a sentence that ends before "not authorized to perform".
var cutBeforeAnchor = regexp.MustCompile(`(?i)AccessDenied(?:Exception)?:\s*(User:?\s*(\S*)(?:\s+i?s?\s*n?o?t?\s*a?u?t?h?o?r?i?z?e?d?(?:\s+t?o?\s*p?e?r?f?o?r?m?)?)?\s*(?:\.\.\.|…)?)\s*$`)

func cutSentence(text string, from int) (Denial, bool) {
	if from > len(text) {
		return Denial{}, false
	}
	m := cutBeforeAnchor.FindStringSubmatchIndex(text[from:])
	if m == nil {
		return cutInCode(text, from)
	}
	d := Denial{Policy: verdict.PolicyUnknown, Bare: true, Cut: true, Code: "AccessDeniedException", Start: from + m[0], End: from + m[1]}
	printed := text[from+m[4] : from+m[5]]
	d.Principal = ParsePrincipal(printed)
	d.Principal.Cut = d.Principal.Cut || from+m[5] == len(text)
	return d, true
}

// refusalStart is how every refusal of a JSON service begins.
const refusalStart = "AccessDeniedException: User: "

// cutInCode is a refusal whose text ends before it names anybody.
func cutInCode(text string, from int) (Denial, bool) {
	end := len(strings.TrimRight(text, ".… "))
	at := strings.LastIndex(text[:end], "AccessDen")
	if at < from || !strings.HasPrefix(refusalStart, text[at:end]) {
		return Denial{}, false
	}
	return Denial{Policy: verdict.PolicyUnknown, Bare: true, Cut: true, Code: "AccessDeniedException", Start: at, End: end}, true
}
