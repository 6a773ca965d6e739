package iampolicy

import (
	"slices"
	"strings"

	"whystopped/internal/words"
)

// Passed is what the gate lets out of a document.
type Passed struct {
	// Document has no statements where nothing passed.
	Document Document
	// Placeholders are its words in capitals that have to be replaced.
	Placeholders []string
	// Refused tells the reader of each thing that there is no document for.
	Refused []words.Text
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
			g.refuse("gate.invalid", nil)
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
	refused []words.Text
}

func (g *gate) refuse(id string, args words.Args) {
	if said := words.Say(id, args); !slices.ContainsFunc(g.refused, said.Equal) {
		g.refused = append(g.refused, said)
	}
}

// statement returns the part of a statement that passes.
func (g *gate) statement(s Statement) (Statement, bool) {
	if s.Effect != "Allow" || len(s.NotAction)+len(s.NotResource)+len(s.NotPrincipal) > 0 {
		g.refuse("gate.not-allow", nil)
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
		g.refuse("gate.action-form", words.Args{"action": show(action)})
	default:
		g.refuse("gate.action", words.Args{"action": show(action)})
	}
	return false
}

// resource reports whether a statement of this kind may have the resource.
func (g *gate) resource(s Statement, resource string) bool {
	if resource == "*" {
		return g.everything(s)
	}
	if fault := resourceFault(s, resource); fault != "" {
		g.refuse("gate.resource", words.Args{"resource": show(resource), "fault": fault})
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
			g.refuse("gate.everything", words.Args{"action": action})
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
