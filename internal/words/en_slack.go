package words

// englishSlack are the messages in Slack, beside those of the diagnosis itself.
var englishSlack = map[string]string{
	"slack.tasks":         "{n:plural|# task|# tasks}",
	"slack.rate.hour":     "{n} an hour",
	"slack.rate.minute":   "{n} a minute",
	"slack.between":       "{first} and {last}",
	"slack.so-far":        "{n:plural|# task|# tasks} so far",
	"slack.same-reason":   "{n:plural|# task has|# tasks have} stopped for the same reason so far.",
	"slack.last-stop":     "Last stop: {at}",
	"slack.new-verdict":   "New verdict:",
	"slack.merged":        "This is part of another incident.",
	"slack.open-incident": "Open the incident",
	"slack.open-other":    "Open the other incident",
	"slack.open-report":   "Open the report",
	"slack.fix":           "Fix",
	"slack.evidence":      "Evidence",
	"slack.too-long":      "Too long for a message. Copy it from the report.",
	"slack.policy":        "{kind:policy-kind.label}[[ for the {identity:identity}]][[ {name}]][[ of {resource}]][[ (replace {words:list} first)]][[ ({tried:slack-tried})]]",

	"slack-tried.allowed":      "verified in the IAM policy simulator",
	"slack-tried.still-denied": "still denied in the IAM policy simulator, see the report",

	"slack-field.identity":   "Identity",
	"slack-field.confidence": "Confidence",
	"slack-field.phase":      "Phase",
	"slack-field.task":       "Task",
	"slack-field.cluster":    "Cluster",
	"slack-field.service":    "Service",
	"slack-field.family":     "Family",
	"slack-field.group":      "Group",
	"slack-field.revision":   "Revision",
	"slack-field.stopped":    "Stopped",
	"slack-field.rate":       "How often",
	"slack-field.between":    "Between",
}
