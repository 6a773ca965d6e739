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
	"whystopped/internal/diagnose/report"
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

// Catalogue lists every cause, sorted by code.
var Catalogue = sync.OnceValue(func() []CauseInfo {
	var list []CauseInfo
	for _, k := range catalogue.All() {
		list = append(list, causeInfo(k))
	}
	list = append(list, unknownInfo())
	for i := range list {
		list[i].FillMessages()
	}
	slices.SortFunc(list, func(a, b CauseInfo) int { return strings.Compare(a.Code, b.Code) })
	return list
})

func causeInfo(k *cause.Cause) CauseInfo {
	args := cause.PlainArgs(k)
	info := CauseInfo{
		Code: k.Code, Area: string(k.Area), Phase: string(k.Phase), Category: string(k.Category), Identity: string(k.Identity), Orderly: k.Orderly,
		Title: k.Said(args), Meaning: k.Explained(args), Why: k.Because(), Fix: report.OrEmpty(k.Steps(args)), Docs: report.OrEmpty(k.Docs), Examples: report.OrEmpty(catalogue.Examples(k.Code)),
	}
	if k.Identity == "unknown" {
		info.Identity = "depends"
	}
	return info
}

// Orderly reports whether nothing failed: a scale-in, a deployment, exit code 0,
// what somebody did on purpose, Spot capacity that was taken back.
func Orderly(v Verdict) bool {
	k := catalogue.Book().Cause(v.Cause)
	return k != nil && k.Orderly
}
