package snippet

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"

	"whystopped/internal/iampolicy"
)

// place is a document with a target whose names can be trusted.
type place struct {
	doc  iampolicy.Document
	kind iampolicy.Kind
	// user tells that name is a user's.
	user bool
	// whole tells that nothing is lost by putting the policy in place of the
	// one that is there.
	whole, managed bool
	name, arn      string // arn is "" where it is not known
	partition      string
	account        string
	// id is of the document and its target. Policies, labels and files have it
	// in their names.
	id string
	// resource is "" where it is not known, and on is its ARN, if it is one.
	resource string
	on       arn.ARN
	// words have to be replaced first.
	words []string
}

// What stands for what is not known.
const (
	unknownRole     = "ROLE_NAME"
	unknownUser     = "USER_NAME"
	unknownKey      = "KEY_ARN"
	unknownEndpoint = "VPC_ENDPOINT_ID"
	unknownBoundary = "BOUNDARY_ARN"
	unknownPolicy   = "POLICY_ID"
)

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
var (
	iamName    = regexp.MustCompile(`^[\w+=,.@-]+$`)
	resourceID = regexp.MustCompile(`^(arn:[\w+=,.@:/!-]+|(vpce|p)-[0-9a-zA-Z]+)$`)
)

// Lengths in bytes. They stand beside the patterns: a repetition that is counted
// makes a pattern hundreds of times as large.
const (
	maxName     = 128
	maxResource = 1000
)

// resolve reports false for a target that has no snippets.
func resolve(part Part) (place, bool) {
	t := part.Target
	a, _ := arn.Parse(t.RoleARN)
	p := place{doc: part.Document, kind: t.Kind, user: a.Type() == "user", whole: t.Whole, managed: t.Managed, name: t.RoleName}
	if len(p.doc.Statement) == 0 || !t.editable() {
		return p, false
	}
	p.name = cmp.Or(p.name, a.Name())
	p.name = p.name[strings.LastIndex(p.name, "/")+1:]
	if len(p.name) > maxName || !iamName.MatchString(p.name) {
		p.name = unknownRole
		if p.user {
			p.name = unknownUser
		}
	}
	if iampolicy.IsPrincipal(t.RoleARN) {
		p.arn = t.RoleARN
	}
	if resource := strings.TrimSuffix(t.Resource, "-??????"); len(resource) <= maxResource && resourceID.MatchString(resource) {
		p.resource = resource // a secret can be named without the characters that AWS appends
		p.on, _ = arn.Parse(resource)
	}
	p.account = cmp.Or(t.Owner(), iampolicy.WordAccount)
	p.partition = cmp.Or(a.Partition, "aws")
	p.words = p.replaced()
	p.id = p.digest(t)
	return p, true
}

// Owner is the account in which the document is attached; "" where that is not
// known.
func (t Target) Owner() string {
	named := t.Resource
	if t.onPrincipal() {
		named = t.RoleARN
	}
	if a, ok := arn.Parse(named); ok && arn.IsAccount(a.Account) {
		return a.Account
	}
	if arn.IsAccount(t.Account) {
		return t.Account
	}
	return ""
}

// onPrincipal reports whether the document goes onto a role or user.
func (t Target) onPrincipal() bool {
	return t.Kind == iampolicy.KindIdentity || t.Kind == iampolicy.KindTrust
}

// editable reports whether people can change the policies of the target. They
// can't of what AWS owns, of roles that belong to a service or to IAM Identity
// Center, and of principals that are no role or user, such as an account's root.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
// https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
func (t Target) editable() bool {
	if !t.onPrincipal() {
		a, ok := arn.Parse(t.Resource)
		return !ok || !iampolicy.OwnedByAWS(a.Account)
	}
	a, ok := arn.Parse(t.RoleARN)
	if !ok {
		return t.RoleARN == ""
	}
	// A session's ARN does not have the path of its role.
	if strings.HasPrefix(a.Resource, "role/aws-service-role/") || strings.HasPrefix(a.ID(), "AWSServiceRoleFor") ||
		strings.HasPrefix(a.Resource, "role/aws-reserved/") || strings.HasPrefix(a.ID(), "AWSReservedSSO_") {
		return false
	}
	switch a.Service + ":" + a.Type() {
	case "iam:role", "sts:assumed-role":
		return true
	case "iam:user":
		return t.Kind == iampolicy.KindIdentity
	}
	return false
}

// replaced are the words in capitals of all that a command has.
func (p place) replaced() []string {
	var words []string
	add := func(more ...string) {
		for _, word := range more {
			if !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	if p.account == iampolicy.WordAccount {
		add(iampolicy.WordAccount)
	}
	switch p.kind {
	case iampolicy.KindIdentity, iampolicy.KindTrust:
		if p.name == unknownRole || p.name == unknownUser {
			add(p.name)
		}
	default:
		if word := unknownResource[p.kind]; word != "" && !p.named() {
			add(word)
		}
	}
	add(p.doc.Placeholders()...)
	return words
}

var unknownResource = map[iampolicy.Kind]string{
	iampolicy.KindKey: unknownKey, iampolicy.KindEndpoint: unknownEndpoint, iampolicy.KindBoundary: unknownBoundary, iampolicy.KindSCP: unknownPolicy, iampolicy.KindRCP: unknownPolicy,
}

// named reports whether the resource is known in the form that the service's
// calls take: KMS takes no alias for a key's policy.
func (p place) named() bool {
	switch p.kind {
	case iampolicy.KindKey:
		return p.on.Service == "kms" && p.on.Type() == "key"
	case iampolicy.KindBoundary:
		return p.on.Service == "iam" && p.on.Type() == "policy"
	case iampolicy.KindEndpoint:
		return strings.HasPrefix(p.on.ID(), "vpce-") || strings.HasPrefix(p.resource, "vpce-")
	}
	return p.resource != ""
}

// digest tells documents and their targets apart.
func (p place) digest(t Target) string {
	about := []string{string(p.kind), p.name, p.arn, p.resource, jsonStyle.write(treeOf(p.doc), "")}
	if len(p.words) > 0 {
		about = append(about, t.Apart)
	}
	if p.managed {
		about = append(about, "managed")
	}
	sum := sha256.Sum256([]byte(strings.Join(about, "\x00")))
	return hex.EncodeToString(sum[:4])
}

// The names that a digest is in.
func (p place) policyName() string { return "whystopped-" + p.id }
func (p place) snake() string      { return "whystopped_" + p.id }
func (p place) logicalID() string  { return "Whystopped" + p.id }
func (p place) constant() string   { return "whystopped" + p.id }

// ofAccount says in a comment whose account a resource is of, where that is known.
func (p place) ofAccount() string {
	if p.account == iampolicy.WordAccount {
		return ""
	}
	return " of account " + p.account
}

// accountNotice is what a form says in another account.
func (p place) accountNotice() string { return "This policy is for account " + p.account + "." }

// who is "role" or "user".
func (p place) who() string {
	if p.user {
		return "user"
	}
	return "role"
}

// written are the words in the forms other than commands: those name no resource
// that is not known.
func (p place) written() []string {
	return slices.DeleteFunc(slices.Clone(p.words), func(word string) bool { return word == unknownResource[p.kind] })
}

// replaceFirst says in a comment of a language which words have to be replaced;
// "" where there are none. It has no other characters than letters, digits and
// the marks of a sentence, since zsh runs what is pasted as a comment.
func replaceFirst(comment string, words []string) string {
	if len(words) == 0 {
		return ""
	}
	return comment + " Replace " + iampolicy.List(words) + " first\n"
}
