package iampolicy

import (
	"regexp"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/iampolicy/sar"
)

// ResourceARN puts a resource as an error printed it into the form that belongs
// in a policy for the action: what Locate finds, its name taken literally, with
// the wildcards that it needs behind it and words in capitals for a partition,
// Region or account that is not known. It is "*" for an action without
// resource-level permissions, and for the few requests on what has no ARN.
//
// It is false where the resource is not known, or where the action cannot match
// it: more has to be found out then.
func ResourceARN(action, printed string, ctx Context) (string, bool) {
	act, known := Canonical(action)
	switch {
	case known && !act.ResourceLevel(), isPhoneNumber(act, trimPrinted(printed)):
		return "*", true
	case trimPrinted(printed) == "*" && seesAll(act):
		return "*", true
	}
	of, tail, ok := locate(act, known, printed, ctx)
	if !ok {
		return "", false
	}
	of.Resource = withWords(act, of.Resource)
	return pattern(of, tail, ctx), true
}

// pattern writes a located resource as a policy has it.
func pattern(of arn.ARN, tail string, ctx Context) string {
	of = ctx.place(of)
	of.Resource = literal(of.Resource) + tail
	return of.String()
}

// Locate returns the ARN of a resource as an error printed it, for people to read
// and for Allow to write a policy by: quotes and trailing punctuation off, a
// secret's name to "…:secret:NAME-??????", a queue's URL to its ARN, an object's
// ARN to its bucket's for an action on buckets. It is "*" for an action without
// resource-level permissions.
//
// An ARN is kept as printed where the action can match it, masked accounts and
// all. What a bare name leaves out comes from ctx, "*" where ctx does not know
// it. It is false where the resource is not known, as when AWS prints "*" for
// it, or where the action cannot match it.
func Locate(action, printed string, ctx Context) (string, bool) {
	act, known := Canonical(action)
	if known && !act.ResourceLevel() {
		return "*", true
	}
	if printed = trimPrinted(printed); isPhoneNumber(act, printed) {
		return printed, true
	}
	if _, alias, ok := keyOfAlias(act, printed, ctx); ok {
		if strings.HasPrefix(printed, "arn:") {
			return printed, true
		}
		return ctx.arn("kms", alias), true
	}
	of, tail, ok := locate(act, known, printed, ctx)
	if !ok {
		return "", false
	}
	if act.Service != "s3" { // a key may end in "*": the bucket alone says that all are meant
		of.Resource += tail
	}
	return of.String(), true
}

// locate finds the thing that a printed resource names, and the wildcards that a
// policy has behind it.
func locate(act Action, known bool, printed string, ctx Context) (of arn.ARN, tail string, ok bool) {
	printed = trimPrinted(printed)
	if len(printed) > maxARN || printed == "*" {
		return arn.ARN{}, "", false
	}
	if !strings.HasPrefix(printed, "arn:") {
		if printed = named(act, printed, ctx); printed == "" {
			return arn.ARN{}, "", false
		}
	}
	parsed, ok := arn.Parse(printed)
	if !ok || hasControl(printed) || parsed.Service != "s3" && strings.ContainsAny(parsed.Resource, quotes) {
		return arn.ARN{}, "", false
	}
	of, tail, ok = reshape(act, parsed)
	if ok && known {
		shown := of
		shown.Resource = literal(of.Resource) + tail
		ok = actsOn(act, shown.String())
	}
	return of, tail, ok
}

// quotes are in the names of objects, and in no others: they belong to the text
// around a name, as where it is a part of JSON.
const quotes = "\"\\"

// maxARN is longer than any ARN: an object's key has up to 1,024 bytes.
const maxARN = 2048

// trimPrinted takes quotes, brackets around the whole, and the punctuation of
// the sentence off a resource. A colon stays: "…:log-stream:" ends in one.
func trimPrinted(s string) string {
	s = strings.Trim(s, " \t\r\n\"'`“”‘’")
	if inner, ok := strings.CutPrefix(s, "<arn:"); ok && strings.HasSuffix(inner, ">") {
		s = "arn:" + strings.TrimSuffix(inner, ">")
	}
	s = strings.TrimRight(s, ".,;")
	if strings.HasSuffix(s, ")") && !strings.Contains(s, "(") {
		s = strings.TrimSuffix(s, ")")
	}
	return strings.Trim(s, "\"'`“”‘’")
}

// isPhoneNumber tells the resource that SNS prints for a text message, which no
// policy can name.
func isPhoneNumber(act Action, printed string) bool {
	return act.Service == "sns" && strings.HasPrefix(printed, "+")
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// named turns what is not an ARN into one, "" where it is no name either.
func named(act Action, printed string, ctx Context) string {
	if form := serviceForms[act.Service].fromName; form != nil {
		if resource := form(act, printed, ctx); resource != "" {
			return resource
		}
	}
	if i := strings.LastIndex(printed, " "); i >= 0 {
		return byKind(act, strings.ReplaceAll(printed[:i], " ", "-"), printed[i+1:], ctx)
	}
	if !isName(printed) || strings.Contains(printed, "://") {
		return ""
	}
	if resource := byTail(act, printed, ctx); resource != "" {
		return resource
	}
	return byOnlyVariable(act, printed, ctx)
}

// isName reports whether a text can be a resource's name.
func isName(s string) bool {
	return fits(plausibleName, s, 512) && !emptyWords[strings.ToLower(s)]
}

// plausibleName is what services allow in names, at large.
var plausibleName = regexp.MustCompile(`^[\w+=,.@/#!:$*?-]+$`)

// emptyWords stand where a resource would stand but name none.
var emptyWords = map[string]bool{
	"null": true, "none": true, "nil": true, "undefined": true, "unknown": true,
	"resource": true, "because": true, "with": true, "-": true, "n/a": true,
}

// byKind reads "role NAME" and "instance profile NAME", as IAM prints them.
func byKind(act Action, kind, name string, ctx Context) string {
	if !isName(name) {
		return ""
	}
	for _, use := range act.Types {
		if use.Name == kind && len(use.Variables()) == 1 {
			return ctx.expand(*use.ResourceType, func(string) string { return name })
		}
	}
	return ""
}

// byTail reads names that have the form of an ARN's last part: "table/orders",
// "/hostedzone/Z1", "log-group:/ecs/api:*".
func byTail(act Action, printed string, ctx Context) string {
	for _, tail := range []string{printed, strings.TrimPrefix(printed, "/")} {
		for _, use := range act.Types {
			head, last := tailOf(*use.ResourceType)
			if kind, _, ok := strings.Cut(last, "$"); !ok || kind == "" || !strings.HasPrefix(tail, kind) {
				continue
			}
			if resource := ctx.expand(sar.ResourceType{Template: head}, nil) + tail; act.Fits(resource) {
				return resource
			}
		}
	}
	return ""
}

// tailOf cuts a template before its last part.
func tailOf(t sar.ResourceType) (head, last string) {
	colons := 0
	for i, c := range t.Template {
		if c == ':' {
			if colons++; colons == 5 {
				return t.Template[:i+1], t.Template[i+1:]
			}
		}
	}
	return t.Template, ""
}

// byOnlyVariable puts a bare name into the one form with one variable that the
// action takes; where it takes several, one has to be the required one.
func byOnlyVariable(act Action, name string, ctx Context) string {
	var forms, required []string
	for _, use := range act.Types {
		if len(use.Variables()) != 1 {
			continue
		}
		resource := ctx.expand(*use.ResourceType, func(string) string { return name })
		forms = append(forms, resource)
		if use.Required {
			required = append(required, resource)
		}
	}
	switch {
	case len(required) == 1:
		return required[0]
	case len(forms) == 1:
		return forms[0]
	}
	return ""
}
