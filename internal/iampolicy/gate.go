package iampolicy

import (
	"fmt"
	"slices"
	"strings"
)

// Passed is what the gate lets out of a document.
type Passed struct {
	// Document has no statements where nothing passed.
	Document Document
	// Placeholders are its words in capitals that have to be replaced.
	Placeholders []string
	// Refused are sentences for the reader, one for each thing that no document
	// is given for.
	Refused []string
}

// Gate lets of a document only that out which may be pasted: statements that
// allow exact actions that exist, on resources whose names are literal, for
// principals that are spelled out, in a document that IAM takes. Evidence is
// untrusted, and what is not such a statement is told in words and not written.
//
// Wildcards pass where this package puts them itself, and nowhere else: it
// writes those of the evidence as ${*} and ${?} (see literal).
func Gate(doc Document, kind Kind) Passed {
	g := gate{kind: kind}
	kept := Document{Version: doc.Version}
	for _, s := range doc.Statement {
		if s, ok := g.statement(s); ok {
			kept.Statement = append(kept.Statement, s)
		}
	}
	if len(kept.Statement) > 0 {
		if problems := Validate(kept, kind); len(problems) > 0 {
			g.refuse("No policy is given: IAM wouldn't accept it (%s).", problems[0])
			kept.Statement = nil
		}
	}
	return Passed{Document: kept, Placeholders: kept.Placeholders(), Refused: g.refused}
}

// Passes reports whether the gate lets the whole document out.
func (d Document) Passes(kind Kind) bool {
	passed := Gate(d, kind)
	return len(passed.Refused) == 0 && len(passed.Document.Statement) == len(d.Statement)
}

type gate struct {
	kind    Kind
	refused []string
}

func (g *gate) refuse(format string, args ...any) {
	if sentence := fmt.Sprintf(format, args...); !slices.Contains(g.refused, sentence) {
		g.refused = append(g.refused, sentence)
	}
}

// statement gives the part of a statement that passes.
func (g *gate) statement(s Statement) (Statement, bool) {
	if s.Effect != "Allow" || len(s.NotAction)+len(s.NotResource)+len(s.NotPrincipal) > 0 {
		g.refuse("A statement of the policy isn't a plain Allow, so it isn't given.")
		return s, false
	}
	if !g.principal(s) || !g.condition(s.Condition) {
		return s, false
	}
	s.Action = slices.DeleteFunc(slices.Clone(s.Action), func(action string) bool { return !g.action(action) })
	if len(s.Action) == 0 {
		return s, false
	}
	if len(s.Resource) > 0 {
		s.Resource = slices.DeleteFunc(slices.Clone(s.Resource), func(resource string) bool { return !g.resource(s, resource) })
		return s, len(s.Resource) > 0
	}
	return s, true
}

// action reports whether an action is one that IAM knows, as IAM spells it.
func (g *gate) action(action string) bool {
	act, known := Canonical(action)
	switch {
	case known && act.String() == action:
		return true
	case strings.ContainsAny(action, "*?"):
		g.refuse("%s is a pattern of actions, so no policy is given for it. Allow the actions that the call needs, one by one.", show(action))
	default:
		g.refuse("IAM has no action %s, so no policy can allow it. Look up the action that the call needs in the Service Authorization Reference.", show(action))
	}
	return false
}

// resource reports whether a statement of this kind may have the resource.
func (g *gate) resource(s Statement, resource string) bool {
	if resource == "*" {
		return g.everything(s)
	}
	if why := resourceFault(s, resource); why != "" {
		g.refuse("No policy is given for %s: %s.", show(resource), why)
		return false
	}
	return true
}

// everything reports whether "*" is right for all actions of a statement: for
// those without resource-level permissions, for the few requests on what has no
// ARN, and in the policies on a secret or a key, where it is that one.
func (g *gate) everything(s Statement) bool {
	for _, action := range s.Action {
		service, _, _ := strings.Cut(action, ":")
		onItself := g.kind == KindKey && service == "kms" || g.kind == KindResource && (service == "secretsmanager" || service == "kms")
		act, _ := Canonical(action)
		if !seesAll(act) && action != publishSMS && !onItself {
			g.refuse("%s isn't allowed on every resource: find out which one the call needs.", action)
			return false
		}
	}
	return true
}

// show writes a text of the evidence into a sentence, in one line and cut.
func show(s string) string {
	const enough = 200
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
	if len(s) > enough {
		s = strings.ToValidUTF8(s[:enough], "") + "…"
	}
	return s
}
