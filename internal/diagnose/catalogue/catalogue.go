// Package catalogue is the reasons for which an ECS task stops, each one literal:
// what it is called, what it means, whose permission is missing and why, what fixes
// it, and how it is recognized. Start with docs/adding-a-cause.md; language.go has
// the words that literals are written with. It is pure.
package catalogue

import (
	"maps"
	"sync"

	"whystopped/internal/diagnose/cause"
)

// Book returns the catalogue, in the order of its areas. It is made once and never
// written afterwards.
var Book = sync.OnceValue(func() *cause.Book {
	var all []*Cause
	for _, area := range [][]*Cause{
		imageCauses(), secretCauses(), loggingCauses(), volumeCauses(), networkCauses(), roleCauses(),
		containerCauses(), denialCauses(), credentialCauses(), lookalikeCauses(), runtimeCauses(), applicationCauses(), applicationLogCauses(), placementCauses(), shutdownCauses(),
	} {
		all = append(all, area...)
	}
	return cause.NewBook(all)
})

// All returns the causes of the catalogue.
func All() []*Cause { return Book().Causes() }

// Templates are the English templates of the catalogue's messages, by id: what
// another language has to have.
func Templates() map[string]string {
	all := map[string]string{}
	for _, k := range All() {
		maps.Copy(all, k.Templates())
	}
	return all
}
