package iampolicy

import (
	"regexp"
	"strings"

	"whystopped/internal/arn"
)

// domainWithPaths writes a domain with what lies below it: each HTTP call is
// checked on the path of an index, which "domain/NAME" does not match.
// https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
func domainWithPaths(act Action, a arn.ARN) (of arn.ARN, tail string, ok bool) {
	rest, isDomain := strings.CutPrefix(a.Resource, "domain/")
	name, path, _ := strings.Cut(rest, "/")
	if !isDomain || !strings.HasPrefix(act.Name, "ESHttp") || path != "" && path != "*" {
		return a, "", true
	}
	a.Resource = "domain/" + name
	return a, "/*", strings.Trim(name, "*") != ""
}

// domainHost is the host of a domain: its name, behind what tells the kind of
// endpoint, and an id.
// https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createupdatedomains.html
var domainHost = regexp.MustCompile(`\b(?:vpc|search)-([a-z][a-z0-9-]{2,27})-[a-z0-9]{3,64}\.(?:aos\.)?([a-z]{2}[a-z0-9-]*-[0-9])\.(?:es\.amazonaws\.com|on\.aws)\b`)

// domainOfHost is for a domain's URL or host.
func domainOfHost(act Action, printed string, ctx Context) string {
	m := domainHost.FindStringSubmatch(printed)
	if m == nil || !takes(act, "domain") {
		return ""
	}
	ctx.Region = m[2]
	return ctx.arn("es", "domain/"+m[1])
}

// ResourceInText finds the resource of a denied call in the text around it, where
// AWS does not print it: the one OpenSearch domain whose host stands there.
func ResourceInText(action, text string, ctx Context) (string, bool) {
	act, known := Canonical(action)
	if !known || act.Service != "es" {
		return "", false
	}
	found := ""
	for _, host := range domainHost.FindAllString(text, -1) {
		resource, ok := Locate(action, host, ctx)
		if !ok || found != "" && resource != found {
			return "", false
		}
		found = resource
	}
	return found, found != ""
}
