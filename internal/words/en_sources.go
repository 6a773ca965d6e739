package words

// englishSources names what came of asking a source, where evidence comes from
// if nobody asked one, and the places a quote stands in.
var englishSources = map[string]string{
	"source-status.ok.label":        "read",
	"source-status.empty.label":     "no data",
	"source-status.denied.label":    "access denied",
	"source-status.throttled.label": "throttled",
	"source-status.timeout.label":   "timed out",
	"source-status.failed.label":    "failed",
	"source-status.skipped.label":   "not needed",
	"source-status.too-early.label": "not available yet",
	"source-status.truncated.label": "partial",
	"source-status.pending.label":   "pending",

	"caveat.trail-late": "CloudTrail may have more after {at:time}.",

	"provenance.provided":    "Based on evidence that was provided; nothing was read from AWS.",
	"provenance.provided-by": "Based on evidence that {name} provided; nothing was read from AWS.",

	"quote.task":      "Task stoppedReason",
	"quote.event":     "Service event",
	"quote.trail":     "CloudTrail",
	"quote.pasted":    "Pasted text",
	"quote.log":       "Log of container {container}",
	"quote.container": "Container {container} reason",
	"quote.sibling":   "{place}, task {task}",
}
