package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/web/drawing"
	"whystopped/internal/web/roles"
	"whystopped/internal/words"
)

// filterForm is the form above a list, filled with what narrows it.
type filterForm struct {
	// Action is the address of the list.
	Action string
	Fields []filterField
	// Chosen says in words what narrows the list; none where nothing does.
	Chosen []string
	// Unusable is set where a field says why it cannot be used.
	Unusable bool
}

// filterField is one thing by which a list can be narrowed.
type filterField struct {
	Name  string
	Label string
	// Type is that of an input, or "select".
	Type    string
	Value   string
	Hint    string // an example of what goes into it
	Choices []choiceGroup
	// All is the word of a select for no choice; empty for "all".
	All string
	// Problem says why the value cannot be used, and what can.
	Problem string
}

// choiceGroup is choices under a heading; without a name they stand alone.
type choiceGroup struct {
	Name    string
	Choices []choice
}

type choice struct {
	Value, Word string
	Chosen      bool
}

// pager leads to the neighbours of a page of a list; "" where there is none.
type pager struct{ Newest, Older string }

// day is how a day is written in a form and in addresses.
const day = time.DateOnly

var accountID = regexp.MustCompile(`^\d{12}$`)

// readFilter reads what narrows a list from an address. Where form.Unusable is
// set the filter is not whole.
func (s *Site) readFilter(query url.Values, action string) (f casebook.Filter, form filterForm) {
	get := func(name string) string { return strings.TrimSpace(query.Get(name)) }
	form.Action = action
	f = casebook.Filter{
		Account: get("account"), Region: get("region"), Cluster: get("cluster"), Service: get("service"),
		Cause: get("cause"), Category: verdict.Category(get("category")), Identity: verdict.IdentityKind(get("identity")),
	}
	form.text("account", f.Account, accountID.MatchString(f.Account))
	form.text("region", f.Region, plainRegion(f.Region))
	form.text("cluster", f.Cluster, true)
	form.text("service", f.Service, true)
	form.choose("cause", f.Cause, causeChoices(s.opts.Causes, f.Cause))
	form.choose("category", string(f.Category), categoryChoices(f.Category))
	form.choose("identity", string(f.Identity), identityChoices(f.Identity))
	f.Since, _ = form.day("since", get("since"))
	var whole bool
	if f.Until, whole = form.day("until", get("until")); whole {
		f.Until = f.Until.AddDate(0, 0, 1) // the day that is named is meant, too
	}
	if !form.Unusable && !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until) {
		form.reject(said("filter.order", nil))
	}
	return f, form
}

// text adds a field for a word. The problem is told where there is a word and it
// is not one that can be used.
func (form *filterForm) text(name, value string, usable bool) {
	form.add(filterField{Name: name, Type: "text", Value: value, Hint: said("filter."+name+".hint", nil)}, value)
	if value != "" && !usable {
		form.reject(said("filter."+name+".invalid", nil))
	}
}

// choose adds a field for one of several values. Of another value it says that
// there is none such.
func (form *filterForm) choose(name, value string, groups []choiceGroup) {
	field := filterField{Name: name, Type: "select", Value: value, Choices: groups}
	word := ""
	for _, g := range groups {
		if i := slices.IndexFunc(g.Choices, func(c choice) bool { return c.Chosen }); i >= 0 {
			word = g.Choices[i].Word
		}
	}
	form.add(field, word)
	if value != "" && word == "" {
		form.reject(said("filter.no-such", words.Args{"value": drawing.Clip(value, 300)}))
	}
}

// day adds a field for a day in UTC; addresses may also have a time as RFC 3339.
func (form *filterForm) day(name, value string) (at time.Time, whole bool) {
	field := filterField{Name: name, Type: "date", Value: value, Hint: said("filter.day.hint", nil)}
	at, err := time.Parse(day, value)
	whole = err == nil
	if !whole && value != "" {
		field.Type = "text" // a date's field would not show it
		at, err = time.Parse(time.RFC3339, value)
	}
	form.add(field, value)
	if value != "" && err != nil {
		form.reject(said("filter.day.invalid", nil))
	}
	return at, whole
}

func (form *filterForm) add(field filterField, word string) {
	field.Label = said("filter."+field.Name, nil)
	form.Fields = append(form.Fields, field)
	if word != "" {
		form.Chosen = append(form.Chosen, said("filter.only", words.Args{"field": field.Label, "value": word}))
	}
}

// reject says why the field that was added last can't be used.
func (form *filterForm) reject(problem string) {
	form.Unusable = true
	form.Fields[len(form.Fields)-1].Problem = problem
}

// Status is that of the page that shows the form.
func (form filterForm) Status() int {
	if form.Unusable {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// with is the address of the same list with one parameter more, such as a
// cursor; an empty value adds none.
func (form filterForm) with(name, value string) string {
	query := url.Values{}
	for _, field := range form.Fields {
		if field.Value != "" {
			query.Set(field.Name, field.Value)
		}
	}
	if value != "" {
		query.Set(name, value)
	}
	if len(query) == 0 {
		return form.Action
	}
	return form.Action + "?" + query.Encode()
}

// pager leads on from the page that begins at cursor; next is that of the one
// that follows.
func (form filterForm) pager(cursor, next string) pager {
	var p pager
	if cursor != "" {
		p.Newest = form.with("cursor", "")
	}
	if next != "" {
		p.Older = form.with("cursor", next)
	}
	return p
}

func causeChoices(causes []diagnose.CauseInfo, chosen string) []choiceGroup {
	var groups []choiceGroup
	for _, area := range byArea(causes) {
		g := choiceGroup{Name: area.Name}
		for _, c := range area.Causes {
			g.Choices = append(g.Choices, choice{Value: c.Code, Word: c.Code, Chosen: c.Code == chosen})
		}
		groups = append(groups, g)
	}
	return groups
}

func categoryChoices(chosen verdict.Category) []choiceGroup {
	return []choiceGroup{{Choices: choices("category", words.Codes("category"), string(chosen))}}
}

func identityChoices(chosen verdict.IdentityKind) []choiceGroup {
	var kinds []string
	for _, kind := range roles.Kinds {
		kinds = append(kinds, string(kind))
	}
	return []choiceGroup{{Choices: choices("identity", kinds, string(chosen))}}
}

// choices are codes of a vocabulary in the order of their words.
func choices(vocabulary string, codes []string, chosen string) []choice {
	var all []choice
	for _, code := range codes {
		all = append(all, choice{Value: code, Word: labelOf(vocabulary, code), Chosen: code == chosen})
	}
	slices.SortFunc(all, func(a, b choice) int { return strings.Compare(a.Word, b.Word) })
	return all
}
