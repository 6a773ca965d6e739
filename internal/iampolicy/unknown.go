package iampolicy

import (
	"slices"
	"strings"
	"unicode"

	"whystopped/internal/arn"
	"whystopped/internal/iampolicy/sar"
)

// unknownResources stand where the evidence does not name the resource: the
// ARN's form with words in capitals to replace. A policy that allows everything
// would work at once, and grant what nobody asked for. Only KMS keys that a
// condition holds to one service's use can be left open.
func unknownResources(act Action, req Request, ctx Context) []string {
	if act.Service == "kms" && req.ViaService != "" {
		return []string{ctx.arn("kms", "key/*")}
	}
	types := requiredTypes(act)
	resources := make([]string, len(types))
	for i, t := range types {
		resources[i] = placeholder(t, ctx)
		if parsed, ok := arn.Parse(resources[i]); ok {
			resources[i] = reshape(act, parsed).String()
		}
	}
	return resources
}

// plainTypes are what people mean where an action takes several types and
// requires none: a bucket or object before an access point.
var plainTypes = []string{"object", "bucket", "log-group"}

// requiredTypes are the resource types that the action is always checked on, or
// its plainest one.
func requiredTypes(act Action) []sar.ResourceType {
	var required []sar.ResourceType
	for _, use := range act.Types {
		if use.Required {
			required = append(required, *use.ResourceType)
		}
	}
	if len(required) > 0 {
		return required
	}
	plainest := act.Types[0].ResourceType
	for _, use := range act.Types {
		if slices.Contains(plainTypes, use.Name) {
			plainest = use.ResourceType
		}
	}
	return []sar.ResourceType{*plainest}
}

func placeholder(t sar.ResourceType, ctx Context) string {
	return t.Expand(func(variable string) string {
		switch variable {
		case "Partition":
			return ctx.partition()
		case "Region":
			return orWord(ctx.Region, "REGION")
		case "Account":
			return orWord(ctx.Account, "ACCOUNT_ID")
		}
		return capitals(variable)
	})
}

// IsForm tells whether one of the statement's resources has words in capitals to
// replace, so that the statement allows nothing yet.
func (s Statement) IsForm() bool {
	return slices.ContainsFunc(s.Resource, func(resource string) bool {
		a, ok := arn.Parse(resource)
		at := Context{Partition: a.Partition, Region: a.Region, Account: a.Account}
		return ok && slices.ContainsFunc(s.Action, func(action string) bool {
			act, _ := Canonical(action)
			return slices.ContainsFunc(act.Types, func(t sar.TypeUse) bool { return placeholder(*t.ResourceType, at) == resource })
		})
	})
}

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

// capitals writes a template's variable as a word to replace: TableName as
// TABLE_NAME.
func capitals(variable string) string {
	variable = strings.TrimSuffix(strings.TrimSuffix(variable, "WithoutLeadingSlash"), "WithPath")
	var b strings.Builder
	for i, r := range variable {
		if unicode.IsUpper(r) && i > 0 && !unicode.IsUpper(rune(variable[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

func unknownReason(act Action, req Request, resource string) string {
	if strings.HasSuffix(resource, ":key/*") {
		return "The evidence does not name the key: the statement is open to keys of this account and Region, through this one service only. Put the key's ARN in place of key/* to narrow it."
	}
	lead := "The evidence does not name the resource"
	if strings.TrimSpace(req.Resource) != "" {
		lead = act.String() + " cannot be allowed on " + req.Resource
	}
	return lead + ": put the right names in place of the words in capitals before you attach the policy."
}
