package diagnose

// fillLists makes every list of a diagnosis that is nil an empty one: clients of
// the JSON API loop over them without asking first.
func (d *Diagnosis) fillLists() {
	d.Findings, d.Timeline, d.Calls = orEmpty(d.Findings), orEmpty(d.Timeline), orEmpty(d.Calls)
	d.Sources, d.Caveats, d.Task.Containers = orEmpty(d.Sources), orEmpty(d.Caveats), orEmpty(d.Task.Containers)
	for i := range d.Findings {
		f := &d.Findings[i]
		f.Evidence, f.Denied, f.Docs = orEmpty(f.Evidence), orEmpty(f.Denied), orEmpty(f.Docs)
	}
	d.Fix.Policies, d.Fix.Steps = orEmpty(d.Fix.Policies), orEmpty(d.Fix.Steps)
	for i := range d.Fix.Policies {
		p := &d.Fix.Policies[i]
		p.Placeholders = orEmpty(p.Placeholders)
	}
}

// orEmpty returns a list that is no null in JSON.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
