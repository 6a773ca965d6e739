package report

// FillLists makes every list of a diagnosis that is nil an empty one: clients of
// the JSON API loop over them without asking first.
func (d *Diagnosis) FillLists() {
	d.Findings, d.Timeline, d.Calls = OrEmpty(d.Findings), OrEmpty(d.Timeline), OrEmpty(d.Calls)
	d.Sources, d.Caveats, d.Task.Containers = OrEmpty(d.Sources), OrEmpty(d.Caveats), OrEmpty(d.Task.Containers)
	for i := range d.Findings {
		f := &d.Findings[i]
		f.Evidence, f.Denied, f.Docs = OrEmpty(f.Evidence), OrEmpty(f.Denied), OrEmpty(f.Docs)
	}
	d.Fix.Policies, d.Fix.Steps = OrEmpty(d.Fix.Policies), OrEmpty(d.Fix.Steps)
	for i := range d.Fix.Policies {
		p := &d.Fix.Policies[i]
		p.Placeholders = OrEmpty(p.Placeholders)
	}
}

// OrEmpty returns a list that is no null in JSON.
func OrEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
