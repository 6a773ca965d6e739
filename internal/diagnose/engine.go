package diagnose

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"

	"whystopped/internal/diagnose/catalogue"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/words"
)

// ruleset is raised when the engine itself changes: the grammar, who is held
// responsible, the order of findings.
const ruleset = "1"

// Engine is the version of the rules: the engine's own, and a digest that
// changes with any text of the catalogue.
var Engine = sync.OnceValue(func() string {
	h := sha256.New()
	for _, k := range catalogue.All() {
		for _, part := range append([]string{k.Code, strconv.Itoa(int(k.Level)), strconv.Itoa(int(k.Weight)), string(k.Phase), string(k.Category), string(k.Identity), k.Title, k.Meaning, k.Lacks, k.Reason}, append(k.Fix, k.Shapes()...)...) {
			h.Write([]byte(part))
			h.Write([]byte{0})
		}
	}
	return ruleset + "-" + hex.EncodeToString(h.Sum(nil))[:8]
})

// CauseInfo is one entry of the catalogue of causes, as people and tooling see it.
type CauseInfo struct {
	Code     string `json:"code"`
	Area     string `json:"area"` // image, secrets, logging, volumes, network, roles, container, runtime, placement, shutdown
	Phase    string `json:"phase"`
	Category string `json:"category"`
	// Identity is the kind at fault; "depends" where the evidence decides.
	Identity string `json:"identity"`
	// Orderly is set where nothing failed, so that nobody needs to be woken.
	Orderly bool       `json:"orderly"`
	Title   words.Text `json:"title"`
	// Meaning says in a few sentences what happened.
	Meaning words.Text `json:"meaning"`
	// Why says why that identity, and not the one people suspect.
	Why  words.Text   `json:"why,omitzero"`
	Fix  []words.Text `json:"fix"`
	Docs []string     `json:"docs"`
	// Examples are one to three messages by which the cause is recognized.
	Examples []string `json:"examples"`
	// Messages are what the sentences are made from, by the JSON Pointer of each.
	Messages map[string]words.Message `json:"messages"`
}

// Catalogue lists every cause, sorted by code.
var Catalogue = sync.OnceValue(func() []CauseInfo {
	var list []CauseInfo
	for _, k := range catalogue.All() {
		list = append(list, causeInfo(k))
	}
	list = append(list, unknownInfo())
	for i := range list {
		list[i].Messages = list[i].texts().messages()
	}
	slices.SortFunc(list, func(a, b CauseInfo) int { return strings.Compare(a.Code, b.Code) })
	return list
})

func causeInfo(k *cause.Cause) CauseInfo {
	args := cause.PlainArgs(k)
	info := CauseInfo{
		Code: k.Code, Area: string(k.Area), Phase: string(k.Phase), Category: string(k.Category), Identity: string(k.Identity), Orderly: k.Orderly,
		Title: k.Said(args), Meaning: k.Explained(args), Why: k.Because(), Fix: orEmpty(k.Steps(args)), Docs: orEmpty(k.Docs), Examples: orEmpty(catalogue.Examples(k.Code)),
	}
	if k.Identity == "unknown" {
		info.Identity = "depends"
	}
	return info
}

// Orderly reports whether nothing failed: a scale-in, a deployment, exit code 0,
// what somebody did on purpose, Spot capacity that was taken back.
func (v Verdict) Orderly() bool {
	k := catalogue.Book().Cause(v.Cause)
	return k != nil && k.Orderly
}
