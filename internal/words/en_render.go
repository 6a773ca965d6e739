package words

// englishRender are the words of a report as text, as Markdown, and in Slack.
var englishRender = map[string]string{
	"render.identity":   "Identity",
	"render.arn":        "ARN",
	"render.phase":      "Phase",
	"render.confidence": "Confidence",
	"render.cause":      "Cause",
	"render.category":   "Category",
	"render.location":   "Location",
	"render.stopped":    "Stopped",
	"render.status":     "Status",
	"render.task":       "Task",

	"render.untitled":     "Why it stopped",
	"render.fix":          "Fix",
	"render.denied":       "Denied",
	"render.evidence":     "Evidence",
	"render.others":       "Also found",
	"render.unseen":       "What we couldn't check",
	"render.unseen.short": "Not checked",
	"render.report":       "Report",

	"render.attach":      "Attach to: {identity:identity.label} {name}",
	"render.policy-head": "Policy",
	"render.policy-next": "Policy for the next task",
	"render.wider":       "A wider policy is in the report.",
	"render.next.report": "Would be denied next: {actions:list}. The report has one policy with all startup permissions.",
	"render.replace":     "Replace {words:list} before you attach it.",
	"render.policy-of":   "{kind:policy-kind.label}[[ of {name}]]",
	"render.proof":       "{proof:proof.label}[[ ({by})]].",
	"render.proof.none":  "Already allowed without this policy[[ ({by})]].",
	"render.without":     "{said}[[ ({by})]].",
	"render.finding":     "{title} ({cause}, {confidence:confidence})",
	"render.quote":       "{place:place}[[, task {task}]][[, {at:time}]][[, {ref}]]",
}
