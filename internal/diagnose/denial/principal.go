package denial

import (
	"regexp"
	"strings"
)

// PrincipalKind says what kind of principal a sentence names.
type PrincipalKind int

// Kinds of principals.
const (
	PrincipalUnknown PrincipalKind = iota // not named, or masked
	AssumedRole
	IAMUser
	Root
	Federated
	Anonymous
	AWSService
)

// Principal is who was refused.
type Principal struct {
	Kind PrincipalKind
	// ARN is the principal as printed.
	ARN string
	// Account is the account as printed, which people mask.
	Account string
	// Role is the role's name without its path: the session's ARN drops the path.
	Role string
	// RoleARN is the role's own ARN, known from CloudTrail's session issuer only.
	RoleARN string
	Session string
	User    string
	// Cut is set where the text ends inside the principal: Role may be a prefix.
	Cut bool
}

// Known reports whether the principal is named well enough to compare it.
func (p Principal) Known() bool {
	return p.Kind != PrincipalUnknown && (p.Kind != AssumedRole || p.Role != "")
}

var (
	// Both forms of a task id: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
	taskIDSession = regexp.MustCompile(`^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)
	instanceID    = regexp.MustCompile(`^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$`)
	managedID     = regexp.MustCompile(`^mi-[0-9a-f]{8,17}$`)
	// Session names that SDKs make up when the program itself assumed the role.
	sdkSession = regexp.MustCompile(`^(?:aws-sdk-java-|aws-go-sdk-|botocore-session-|aws-sdk-js-session-|aws-sdk-js-|aws-sdk-ruby-|aws-sdk-php-|AWSCLI-Session|DotNetSdk|aws-sdk-net|web-identity-token|terraform)`)
)

// SessionKind says what made the session of an assumed role.
type SessionKind int

// What a role session's name tells. Sources: the ECS agent's and the field's
// messages; the names of ECS's own sessions are on
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
const (
	SessionOther          SessionKind = iota
	SessionTask                       // vended by ECS: the name is the task id
	SessionInstance                   // EC2 instance profile: i-…
	SessionManagedNode                // SSM managed node, as for ECS Anywhere: mi-…
	SessionInfrastructure             // ECS acting with an infrastructure role
	SessionScheduler                  // ECS's service scheduler
	SessionSDK                        // made by an SDK that assumed the role itself
)

var infrastructureSessions = map[string]bool{
	"ECSTaskVolumesForEBS": true, "ECSServiceConnectForTLS": true, "ECSNetworkingWithVPCLattice": true,
	"ECSManagedInstancesForCompute": true, "ECSFargateManagedInstances": true, "ECSNetworkingWithELB": true, "ECSGateway": true, "ECS-Lambda-Execution": true,
}

// SessionKind reads the session's name.
func (p Principal) SessionKind() SessionKind {
	switch s := p.Session; {
	case p.Kind != AssumedRole || s == "":
		return SessionOther
	case taskIDSession.MatchString(s):
		return SessionTask
	case instanceID.MatchString(s), strings.HasPrefix(s, "i-") && !strings.ContainsAny(s[2:], "-_=@,.+"):
		return SessionInstance // instance ids are masked as often as accounts are
	case managedID.MatchString(s):
		return SessionManagedNode
	case infrastructureSessions[s]:
		return SessionInfrastructure
	case s == "ecs-service-scheduler":
		return SessionScheduler
	case sdkSession.MatchString(s):
		return SessionSDK
	}
	return SessionOther
}

// ParsePrincipal reads a principal as the sentences print it: an ARN of any
// kind, "anonymous", or something masked, which stays unknown.
func ParsePrincipal(s string) Principal {
	s = strings.Trim(joinWrapped(s), " \t\r\n\"'`\\")
	p := Principal{ARN: s}
	if strings.EqualFold(s, "anonymous") || strings.EqualFold(s, "arn:aws:iam::anonymous") {
		p.Kind = Anonymous
		return p
	}
	if strings.HasSuffix(s, "...") || strings.HasSuffix(s, "…") {
		p.Cut = true
		s = strings.TrimRight(s, ".…")
	}
	parts := strings.SplitN(s, ":", 6)
	if len(parts) < 6 || !strings.EqualFold(parts[0], "arn") {
		return p
	}
	p.Account = parts[4]
	p.readResource(parts[5])
	return p
}

func (p *Principal) readResource(res string) {
	kind, rest, _ := strings.Cut(res, "/")
	switch {
	case kind == "assumed-role":
		p.Kind = AssumedRole
		p.Role, p.Session, _ = strings.Cut(rest, "/")
		if p.Cut && p.Session != "" {
			p.Session = "" // cut inside the session: the role is whole
		}
	case kind == "role":
		p.Kind, p.Role = AssumedRole, rest[strings.LastIndex(rest, "/")+1:]
	case kind == "user":
		p.Kind, p.User = IAMUser, rest[strings.LastIndex(rest, "/")+1:]
	case kind == "federated-user":
		p.Kind, p.User = Federated, rest
	case res == "root":
		p.Kind = Root
	}
}

// joinWrapped takes out line breaks with the indentation behind them: a
// principal has none of its own.
func joinWrapped(s string) string {
	if !strings.ContainsAny(s, "\n\r") {
		return s
	}
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return strings.Join(fields, "")
}
