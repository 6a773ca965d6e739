package fix

import (
	"cmp"
	"regexp"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/startup"
	"whystopped/internal/iampolicy"
)

// keeper is the service that keeps what a KMS key encrypts, and asks for the key
// in the name of whoever reads it.
type keeper struct {
	service string // "secretsmanager" or "ssm"
	// kept is the secret's or parameter's ARN, "" where the evidence has none.
	kept string
	// place is where it is kept: its key is in the same Region and account, or
	// shared with it.
	place iampolicy.Context
}

// endpoint is the service as kms:ViaService has it; "" where the Region is not known.
// Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
func (s keeper) endpoint() string {
	if s.place.Region == "" {
		return ""
	}
	suffix := ".amazonaws.com"
	if strings.HasPrefix(s.place.Region, "cn-") {
		suffix = ".amazonaws.com.cn"
	}
	return s.service + "." + s.place.Region + suffix
}

func isKMS(action string) bool { return strings.HasPrefix(action, "kms:") }

// keptThings are the secrets and parameters that a text names.
var keptThings = regexp.MustCompile(`arn:aws[a-z-]*:(secretsmanager|ssm):[a-z0-9-]+:\d{12}:(?:secret:|parameter/)[^\s"'\\,;)\]]+`)

// keeperOf finds who keeps what could not be decrypted; ok is false where the
// key was used directly. Where the evidence names what was read, its own Region
// and account decide: a task may read secrets of others.
func keeperOf(c *cause.Case, r *cause.Refusal) (keeper, bool) {
	service := keeperService(r)
	if service == "" {
		return keeper{}, false
	}
	found := keeper{service: service, place: c.RefusalContext(r)}
	found.kept = keptNear(r, service)
	if found.kept == "" && r.Resource == "" {
		found.kept = keptByDefinition(c, service)
	}
	if a, ok := arn.Parse(found.kept); ok {
		found.place = iampolicy.Context{Partition: a.Partition, Region: a.Region, Account: a.Account}
	}
	return found, true
}

// keeperService tells by the operation and the words which service used the key.
// The word secretsmanager alone does not: a program that uses a key itself may
// name its alias, aws/secretsmanager.
func keeperService(r *cause.Refusal) string {
	text := strings.ToLower(r.Text.Raw)
	if r.Text.Place == cause.Log && len(r.Text.Raw) > nearText {
		text = strings.ToLower(r.Text.Raw[max(0, r.Start-nearText):min(len(r.Text.Raw), r.End+nearText)])
	}
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case r.Operation == "GetSecretValue" || r.Operation == "BatchGetSecretValue", has("secrets manager", "secret from asm", ":secretsmanager:", "secretsmanager.", "access to kms is not allowed"):
		return "secretsmanager"
	case r.Operation == "GetParameter" || r.Operation == "GetParameters" || r.Operation == "GetParametersByPath",
		has("parameter store", "secrets from ssm", ":parameter/"):
		return "ssm"
	}
	return ""
}

// nearText is how many bytes of a log around a denial may tell of it.
const nearText = 1500

// keptNear is the secret or parameter that stands nearest before the denial, or
// after it where none stands before.
func keptNear(r *cause.Refusal, service string) string {
	from, to := max(0, r.Start-nearText), min(len(r.Text.Raw), r.End+nearText)
	window, before := r.Text.Raw[from:to], ""
	for _, m := range keptThings.FindAllStringIndex(window, -1) {
		named := strings.TrimRight(window[m[0]:m[1]], ".:")
		a, ok := arn.Parse(named)
		if !ok || a.Service != service {
			continue
		}
		if from+m[0] >= r.End && before != "" {
			break
		}
		before = named
		if from+m[0] >= r.End {
			break
		}
	}
	return before
}

// keptByDefinition is one of the secrets or parameters that the task definition
// names, where all of them are kept in one place; "" otherwise.
func keptByDefinition(c *cause.Case, service string) string {
	d, ctx := c.Evidence.TaskDefinition, c.PolicyContext()
	if d == nil || ctx.Account == "" || ctx.Region == "" {
		return ""
	}
	found := ""
	var place [2]string
	for _, req := range startup.Requests(d, ctx) {
		a, ok := arn.Parse(req.Resource)
		if !ok || a.Service != service {
			continue
		}
		if found != "" && place != [2]string{a.Region, a.Account} {
			return ""
		}
		found, place = req.Resource, [2]string{a.Region, a.Account}
	}
	return found
}

// foreignKey adds what the owner of a secret or parameter of another account has
// to do before it can be decrypted.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html
func foreignKey(c *cause.Case, k rank.Candidate, fix *report.Fix) {
	if !isKMS(k.Match.Refusal.Action) {
		return
	}
	kept, ok := keeperOf(c, k.Match.Refusal)
	owner := kept.place.Account
	if account := accountOf(k); !ok || account == "" || !arn.IsAccount(owner) || owner == account {
		return
	}
	args := fix.AttachTo.Args().With("name", cause.ShortName(kept.kept)).With("owner", owner)
	principal := principalARN(k, k.Match.Refusal)
	if kept.service == "ssm" {
		fix.Say("foreign.parameter-key", args)
	} else {
		fix.Say("foreign.secret-key", args)
		fix.Say("foreign.aws-managed-key", nil)
	}
	if principal == "" {
		return
	}
	requests := requestsOf(c, k)
	doc, _ := iampolicy.ResourcePolicy(principal, requests, kept.place)
	unnamed := arn.ARN{Partition: kept.place.Partition, Service: "kms", Region: kept.place.Region, Account: owner, Resource: "key/KEY_ID"}
	fix.AddOnce(iampolicy.KindKey, cmp.Or(requests[0].Resource, unnamed.String()), doc)
	if kept.service == "secretsmanager" && kept.kept != "" {
		doc, _ := iampolicy.ResourcePolicy(principal, []iampolicy.Request{{Action: "secretsmanager:GetSecretValue", Resource: kept.kept}}, kept.place)
		fix.AddOnce(iampolicy.KindResource, kept.kept, doc)
	}
}

// accountOf is the account of the denied identity; "" where it is not known.
func accountOf(k rank.Candidate) string {
	if a, ok := arn.Parse(k.Identity().ARN); ok && arn.IsAccount(a.Account) {
		return a.Account
	}
	if r := k.Match.Refusal; r != nil && arn.IsAccount(r.Principal.Account) {
		return r.Principal.Account
	}
	return ""
}
