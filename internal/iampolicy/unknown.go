package iampolicy

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"whystopped/internal/arn"
	"whystopped/internal/iampolicy/sar"
	"whystopped/internal/words"
)

// unknownResources stand where the evidence does not name the resource: the
// ARN's form with words in capitals to replace. A policy that allows everything
// would work at once, and grant what nobody asked for. Only KMS keys that a
// condition holds to one service's use can be left open.
func unknownResources(act Action, req Request, ctx Context) []string {
	if act.Service == "kms" && req.ViaService != "" {
		return []string{ctx.formOf("kms", "key/*")}
	}
	if checkedOnAll[act.String()] != "" {
		return []string{"*"}
	}
	types := requiredTypes(act)
	resources := make([]string, len(types))
	for i, t := range types {
		resources[i] = placeholder(t, ctx)
		if parsed, ok := arn.Parse(resources[i]); ok {
			of, tail, _ := reshape(act, parsed)
			of.Resource += tail
			resources[i] = of.String()
		}
	}
	return resources
}

// plainTypes are what people mean where an action takes several types and
// requires none: a bucket or object before an access point.
var plainTypes = []string{"object", "bucket", "log-group", "RestApi"}

// requiredTypes are the resource types that the action is always checked on, or
// its plainest one.
func requiredTypes(act Action) []sar.ResourceType {
	if plain := alternatives[act.Service]; takes(act, plain) {
		for _, use := range act.Types {
			if use.Name == plain {
				return []sar.ResourceType{*use.ResourceType}
			}
		}
	}
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
		// What has no variable is one thing, and nobody named it.
		if slices.Contains(plainTypes, use.Name) || len(plainest.Variables()) == 0 {
			plainest = use.ResourceType
		}
	}
	return []sar.ResourceType{*plainest}
}

// alternatives has the services whose types exclude one another although the
// reference marks all of them as required, with the plainest one: a model is
// called by its id, or a profile, or an endpoint.
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
var alternatives = map[string]string{"bedrock": "foundation-model"}

func placeholder(t sar.ResourceType, ctx Context) string {
	form := t.Expand(func(variable string) string {
		switch variable {
		case "Partition":
			return ctx.partition()
		case "Region":
			return orWord(ctx.Region, wordRegion)
		case "Account", "ManagementAccountId":
			return orWord(ctx.Account, WordAccount)
		case "Vendor": // AWS Backup's own recovery points
			return "backup"
		}
		if variable == "EncodedPackageGroupPattern" { // which begins with a slash of its own
			return "/" + capitals(variable)
		}
		return capitals(variable)
	})
	a, ok := arn.Parse(form)
	if !ok {
		return form
	}
	a = ctx.place(a)
	if a.Service != "neptune-db" { // whose form knows its wildcard
		a.Resource = strings.ReplaceAll(a.Resource, "*", capitals(t.Name)) // "cert:*" would be all certificates
	}
	return a.String()
}

// formOf writes an ARN of this place, words in capitals for what is not known.
func (c Context) formOf(service, resource string) string {
	return strings.Join([]string{"arn", c.partition(), service, orWord(c.Region, wordRegion), orWord(c.Account, WordAccount), resource}, ":")
}

// IsForm reports whether the statement has words in capitals to replace, so that
// it allows nothing yet.
func (s Statement) IsForm() bool { return len(s.placeholders()) > 0 }

// Placeholders are the words in capitals that somebody has to replace before the
// document can be attached, in their order; none where it is ready.
func (d Document) Placeholders() []string {
	words := []string{}
	for _, s := range d.Statement {
		for _, word := range s.placeholders() {
			if !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	return words
}

var wordForm = regexp.MustCompile(`[A-Za-z0-9_$]+`)

func (s Statement) placeholders() []string {
	if len(s.Resource) == 0 {
		return nil
	}
	known := map[string]bool{wordPartition: true, wordRegion: true, WordAccount: true}
	for _, action := range s.Action {
		act, _ := Canonical(action)
		for _, use := range act.Types {
			for _, variable := range append(use.Variables(), use.Name) {
				known[capitals(variable)] = true
			}
		}
	}
	var words []string
	for _, resource := range s.Resource {
		for _, word := range wordForm.FindAllString(resource, -1) {
			if known[word] && !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	return words
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
	variable = strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(variable, "WithoutLeadingSlash"), "WithPath"), "-", "_")
	var b strings.Builder
	for i, r := range variable {
		if unicode.IsUpper(r) && i > 0 && variable[i-1] != '_' && !unicode.IsUpper(rune(variable[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

func unknownReason(act Action, req Request, resources []string) words.Text {
	if strings.HasSuffix(resources[0], ":key/*") {
		return words.Say("note.any-key", nil)
	}
	if resources[0] == "*" {
		return words.Say(checkedOnAll[act.String()], words.Args{"action": act.String()})
	}
	why := "note.replace.not-on"
	switch strings.TrimSpace(req.Resource) {
	case "":
		why = "note.replace.unnamed"
	case "*":
		why = "note.replace.star"
	}
	return replaceWords(act, resources, why, req.Resource)
}

// replaceWords tells to replace a statement's words in capitals, by the message
// that says why; it has no words if the statement has none.
func replaceWords(act Action, resources []string, why, resource string) words.Text {
	placeholders := Statement{Action: []string{act.String()}, Resource: resources}.placeholders()
	if len(placeholders) == 0 {
		return words.Text{}
	}
	return words.Say(why, words.Args{"words": placeholders, "action": act.String(), "resource": resource})
}
