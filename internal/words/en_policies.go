package words

// englishPolicies names what a fix is made of: who says no, what kind of
// document it is, what it is for, and whether it was tried.
var englishPolicies = map[string]string{
	"policy-type.identity":     "identity-based policy",
	"policy-type.resource":     "resource-based policy",
	"policy-type.scp":          "service control policy (SCP)",
	"policy-type.rcp":          "resource control policy (RCP)",
	"policy-type.boundary":     "permissions boundary",
	"policy-type.session":      "session policy",
	"policy-type.vpc-endpoint": "VPC endpoint policy",
	"policy-type.trust":        "trust policy",
	"policy-type.key":          "KMS key policy",
	"policy-type.unknown":      "policy",

	"policy-kind.identity-policy":       "identity-based policy",
	"policy-kind.identity-policy.label": "Identity-based policy",
	"policy-kind.trust-policy":          "trust policy",
	"policy-kind.trust-policy.label":    "Trust policy",
	"policy-kind.resource-policy":       "resource-based policy",
	"policy-kind.resource-policy.label": "Resource-based policy",
	"policy-kind.key-policy":            "KMS key policy",
	"policy-kind.key-policy.label":      "KMS key policy",
	"policy-kind.endpoint-policy":       "VPC endpoint policy",
	"policy-kind.endpoint-policy.label": "VPC endpoint policy",
	"policy-kind.boundary":              "permissions boundary",
	"policy-kind.boundary.label":        "Permissions boundary",
	"policy-kind.scp":                   "service control policy (SCP)",
	"policy-kind.scp.label":             "Service control policy (SCP)",
	"policy-kind.rcp":                   "resource control policy (RCP)",
	"policy-kind.rcp.label":             "Resource control policy (RCP)",

	"purpose.denied.label":           "Allows what was denied",
	"purpose.denied-pattern.label":   "Allows the pattern that the next task needs",
	"purpose.startup-complete.label": "All startup permissions",

	"proof.allowed.label":      "Verified in the IAM policy simulator",
	"proof.still-denied.label": "Still denied with this policy",
	"proof.not-verified.label": "Not verified",
	"without.allowed":          "Verified: the call is allowed without the {policy:policy-type} {arn}",
	"without.still-denied":     "Verified: the call is still denied without the {policy:policy-type} {arn}",
	"without.not-verified":     "Not verified that the call is allowed without the {policy:policy-type} {arn}",
	"proof.already":            "Already allowed without this policy",

	// Why a call was denied: "denied: no identity-based policy allows it".
	"because.implicit": "no {policy:policy-type} allows it",
	"because.explicit": "explicit deny in a {policy:policy-type}",
}
