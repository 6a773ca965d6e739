package casebook

import (
	"whystopped/internal/diagnose"
)

// fillLists makes every list of a diagnosis an empty one where it is nil:
// clients of the JSON API loop over them without asking first.
func fillLists(d *diagnose.Diagnosis) {
	fill(&d.Findings)
	fill(&d.Timeline)
	fill(&d.Calls)
	fill(&d.Sources)
	fill(&d.Caveats)
	fill(&d.Task.Containers)
	fill(&d.Fix.Policies)
	fill(&d.Fix.Steps)
	for i := range d.Findings {
		fill(&d.Findings[i].Evidence)
		fill(&d.Findings[i].Denied)
		fill(&d.Findings[i].Docs)
	}
	for i := range d.Fix.Policies {
		fill(&d.Fix.Policies[i].Placeholders)
		fill(&d.Fix.Policies[i].Document.Statement)
		for j := range d.Fix.Policies[i].Document.Statement {
			fill(&d.Fix.Policies[i].Document.Statement[j].Action)
		}
	}
}

func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
