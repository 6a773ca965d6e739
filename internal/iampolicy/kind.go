package iampolicy

// Kind is the kind of a policy, in the words of the public API.
type Kind string

// The kinds of policies.
const (
	KindIdentity Kind = "identity-policy"
	KindTrust    Kind = "trust-policy"
	KindResource Kind = "resource-policy"
	KindKey      Kind = "key-policy"
	KindEndpoint Kind = "endpoint-policy"
	KindBoundary Kind = "boundary"
	KindSCP      Kind = "scp"
	KindRCP      Kind = "rcp"
)
