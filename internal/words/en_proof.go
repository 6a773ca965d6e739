package words

// proofReason is why a simulation came out as it did, with whom and what it is
// about.
const proofReason = "[[ {reason:proof-reason}]][[ Policies: {policies:list}.]][[ Calls: {calls:list}.]][[ Condition keys: {keys:list}.]][[ {bare:proof-reason}]]"

// englishProof says what came of trying a policy.
var englishProof = map[string]string{
	"proof.not-simulated":   "IAM's simulator wasn't asked, so this policy wasn't tried on the role.",
	"proof.no-permission":   "whystopped isn't allowed to ask IAM's simulator: grant it {action} to have this tried.",
	"proof.kind":            "IAM's simulator evaluates identity-based policies only. It can't try one of this kind.",
	"proof.placeholders":    "Replace {words:list} first: the evidence doesn't name the whole resource.",
	"proof.no-principal":    "The evidence doesn't name the principal that this is for.",
	"proof.not-a-role":      "IAM's simulator takes roles and users only, and {arn} is neither.",
	"proof.foreign":         "The principal belongs to account {account}, and IAM can be asked about it only there.",
	"proof.too-many":        "It has more parts than whystopped asks IAM about at once.",
	"proof.rcp":             "IAM's simulator doesn't evaluate resource control policies.",
	"proof.not-its-policy":  "The policy that the message names can't belong to " + who + ".",
	"proof.call-unknown":    "The evidence doesn't name the action and the resource.",
	"proof.trust":           "Before: the trust policy doesn't let {service} assume the role. With this one it does, and everything it says now stays.",
	"proof.compared":        "[[The role already has {had:plural|# call|# calls} of the startup; this is what it lacks. ]]Before: {before}. With this policy: {after}." + proofReason,
	"proof.removed":         "Before: {before}.[[ Without this policy: {after}.]]" + proofReason,
	"simulate.rejected":     "IAM's simulator doesn't take the call: {message}",
	"simulate.no-principal": "IAM has nothing with the name {principal}. If the evidence names only a role's session, the role's path isn't known.",
	"simulate.failed":       "IAM couldn't evaluate the role's policies.",

	"proof-reason.boundary":       "The permissions boundary of the role stops it.",
	"proof-reason.deny":           "A policy of the role denies it explicitly.",
	"proof-reason.no-allow":       "IAM still finds no statement that allows it.",
	"proof-reason.also-boundary":  "The permissions boundary of the role stops it too.",
	"proof-reason.also-deny":      "Another policy of the role denies it too.",
	"proof-reason.nothing-allows": "Nothing denies it explicitly then, but no policy of the role allows it.",
	"proof-reason.missing-keys":   "Conditions of the role's policies need values that whystopped doesn't know.",
	"proof-reason.scp":            "A service control policy denies it in the simulation. Its conditions may depend on values that whystopped doesn't know; IAM doesn't report which.",
	"proof-reason.scp-inferred":   "Most likely a service control policy denies it in the simulation: IAM reports an explicit deny, and no policy of the role that holds it. Its conditions may depend on values that whystopped doesn't know; IAM doesn't report which.",
	"proof-reason.one-of-scps":    "Another service control policy denies it too, or IAM's simulator can't leave out a single one.",
	"proof-reason.without-scps":   "Without service control policies it's allowed.",
	"proof-reason.deny-not-found": "IAM's simulator doesn't find the deny: it was removed since, or its condition depends on a value that whystopped doesn't know.",
	"proof-reason.not-left-out":   "IAM's simulator didn't leave it out.",
	"proof-reason.not-tried":      "IAM couldn't evaluate the policies without it.",
	"proof-reason.no-deny-left":   "No explicit deny is left then, but nothing allows it either: a policy of the role has to, and a service control policy.",
}
