package diagnose

import "whystopped/internal/diagnose/verdict"

// CauseInfo is one entry of the catalogue of causes, as people and tooling see it.
type CauseInfo struct {
	Code     string           `json:"code"`
	Area     string           `json:"area"` // image, secrets, logging, volumes, network, roles, runtime, placement, shutdown
	Phase    verdict.Phase    `json:"phase"`
	Category verdict.Category `json:"category"`
	// Identity is the kind at fault; "depends" where the evidence decides.
	Identity string `json:"identity"`
	Title    string `json:"title"`
	// Meaning says in a few sentences what happened.
	Meaning string `json:"meaning"`
	// Why says why that identity, and not the one people suspect.
	Why  string   `json:"why,omitempty"`
	Fix  []string `json:"fix"`
	Docs []string `json:"docs"`
	// Examples are message shapes that lead to this cause.
	Examples []string `json:"examples"`
}

// Catalogue lists every cause, sorted by code.
func Catalogue() []CauseInfo { return nil }
