package denial

import (
	"regexp"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// recordRefused are the error codes with which CloudTrail writes a refusal.
// Most services' denials are written as AccessDenied whatever the API answered.
var recordRefused = regexp.MustCompile(`(?i)(?:^|\.)(?:AccessDenied\w*|UnauthorizedOperation|Forbidden\w*|AuthorizationError\w*|NotAuthorized|KMSAccessDenied\w*|UnauthorizedAccess|VpceAccessDenied|KMS\.AccessDenied\w*)$`)

// FromRecord reads a CloudTrail record; ok is false where it is no refusal.
func FromRecord(r evidence.Record) (Denial, bool) {
	inner := Find(r.ErrorMessage)
	refused := recordRefused.MatchString(r.ErrorCode) && !noPolicyHelps(r.ErrorMessage)
	if !refused && !(len(inner) > 0 && !inner[0].Bare && r.ErrorCode != "") {
		return Denial{}, false
	}
	d := Denial{
		Policy: verdict.PolicyUnknown, Service: r.EventSource, Operation: r.EventName, Code: r.ErrorCode,
		Bare: true, At: r.At(), InvokedBy: r.UserIdentity.InvokedBy, End: len(r.ErrorMessage),
	}
	if len(inner) > 0 {
		d = fromMessage(inner[0], d)
	}
	if d.Encoded == "" {
		d.readEncoded(r.ErrorMessage)
	}
	d.Principal = recordPrincipal(r, d.Principal)
	if d.Action == "" || d.Bare && !strings.Contains(d.Action, "kms:") {
		if actions := iampolicy.CallActions(r.EventSource, r.EventName); len(actions) > 0 {
			d.Action = actions[0]
		}
	}
	if strings.EqualFold(r.ErrorCode, "VpceAccessDenied") {
		d.Policy = verdict.PolicyVPCEndpoint
	}
	d.Resource = recordResource(r, d)
	return d, true
}

func fromMessage(m, d Denial) Denial {
	m.Service, m.Operation, m.Code = d.Service, d.Operation, d.Code
	m.At, m.InvokedBy = d.At, d.InvokedBy
	return m
}

// recordPrincipal prefers the record's own identity: its session issuer has
// the role's ARN with the path, which the sentence lacks.
func recordPrincipal(r evidence.Record, fromText Principal) Principal {
	id := r.UserIdentity
	p := fromText
	if id.ARN != "" {
		p = ParsePrincipal(id.ARN)
	}
	if issuer := id.SessionContext.SessionIssuer; issuer.Type == "Role" || issuer.Type == "" && strings.Contains(issuer.ARN, ":role/") {
		p.Kind = AssumedRole
		p.RoleARN = issuer.ARN
		if a, ok := arn.Parse(issuer.ARN); ok {
			p.Role, p.Account = a.Name(), a.Account
		} else if issuer.UserName != "" {
			p.Role = issuer.UserName
		}
		if _, session, ok := strings.Cut(id.PrincipalID, ":"); ok && p.Session == "" {
			p.Session = session
		}
	}
	switch {
	case p.Kind == PrincipalUnknown && id.Type == "AWSService":
		p.Kind, p.User = AWSService, id.InvokedBy
	case p.Kind == PrincipalUnknown && id.Type == "Root":
		p.Kind = Root
	}
	return p
}

// recordResource takes the resource from the sentence, then from the request,
// then from CloudTrail's own list, in a form that the action can match.
func recordResource(r evidence.Record, d Denial) string {
	if d.Action == "" {
		return d.Resource
	}
	if takesNoResource(d.Action) {
		return "*"
	}
	ctx := recordContext(r)
	if res, ok := iampolicy.Locate(d.Action, d.Resource, ctx); ok && d.Resource != "" && !strings.HasSuffix(res, ":") {
		return res
	}
	listed := make([]string, 0, len(r.Resources))
	for _, res := range r.Resources {
		if res.ARN != "" {
			listed = append(listed, res.ARN)
		}
	}
	params, _ := r.RequestParameters.(map[string]any)
	if res := iampolicy.RequestResources(d.Action, params, listed, ctx); len(res) > 0 {
		return res[0]
	}
	return d.Resource
}

func recordContext(r evidence.Record) iampolicy.Context {
	ctx := iampolicy.Context{Partition: "aws", Region: r.AWSRegion, Account: r.RecipientAccount}
	if a, ok := arn.Parse(r.UserIdentity.ARN); ok {
		ctx.Partition = a.Partition
		if ctx.Account == "" {
			ctx.Account = a.Account
		}
	}
	if ctx.Account == "" {
		ctx.Account = r.UserIdentity.AccountID
	}
	return ctx
}
