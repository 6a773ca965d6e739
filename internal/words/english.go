package words

import "maps"

// englishTemplates joins the tables of this folder. An id stands in one of them.
func englishTemplates() map[string]string {
	all := map[string]string{}
	for _, table := range []map[string]string{
		englishFormats, englishReferences, englishEvents, englishVerdict, englishPolicies, englishSources, englishCollecting, englishProblems, englishPictures,
		englishDocuments, englishWho, englishFix, englishBeyond, englishProof, englishRoles, englishCaveats,
		englishPages, englishRender, englishEvidence, englishSlack,
	} {
		maps.Copy(all, table)
	}
	return all
}

// englishFormats are how durations and relative times are written.
var englishFormats = map[string]string{
	"duration.ms":  "{n} ms",
	"duration.s":   "{n} s",
	"duration.min": "{n} min",
	"duration.h":   "{n} h",
	"duration.d":   "{n} d",
	"ago.now":      "just now",
	"ago.min":      "{n} min ago",
	"ago.h":        "{n} h ago",
	"ago.day":      "on {day}",
}
