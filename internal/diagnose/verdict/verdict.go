// Package verdict has the codes of a diagnosis: phases, identities, categories, and
// confidence. They are part of the public JSON API and never change their meaning.
package verdict

// Phase says how far the task had come when the deciding thing happened.
type Phase string

// The phases of a task's life.
const (
	PhaseStartup   Phase = "startup"   // before an essential container ran
	PhaseRuntime   Phase = "runtime"   // application code ran
	PhasePlacement Phase = "placement" // no task was ever placed
	PhaseShutdown  Phase = "shutdown"  // stopped from outside without a failure of its own
	PhaseUnknown   Phase = "unknown"
)

// IdentityKind names which of the identities around an ECS task is meant.
type IdentityKind string

// The identities that can be at fault.
const (
	ExecutionRole      IdentityKind = "execution-role"
	TaskRole           IdentityKind = "task-role"
	InstanceRole       IdentityKind = "instance-role"
	ServiceLinkedRole  IdentityKind = "service-linked-role"
	InfrastructureRole IdentityKind = "infrastructure-role"
	// Caller is a principal that is none of the task's own roles: a user's
	// key, an assumed second role, whoever called RunTask.
	Caller IdentityKind = "caller"
	// NoIdentity means that no IAM identity is at fault.
	NoIdentity      IdentityKind = "none"
	UnknownIdentity IdentityKind = "unknown"
)

// CallsAWS reports whether the kind is one of an identity that makes API calls.
func (k IdentityKind) CallsAWS() bool {
	switch k {
	case ExecutionRole, TaskRole, InstanceRole, ServiceLinkedRole, InfrastructureRole, Caller:
		return true
	}
	return false
}

// Identity is one identity, with its ARN where the evidence shows it.
type Identity struct {
	Kind IdentityKind `json:"kind"`
	ARN  string       `json:"arn,omitempty"`
}

// Category groups causes by what has to be mended.
type Category string

// The categories of the public API.
const (
	IAMPermission     Category = "iam-permission"
	IAMTrust          Category = "iam-trust"
	IAMRoleMissing    Category = "iam-role-missing"
	Network           Category = "network"
	ImageNotFound     Category = "image-not-found"
	RegistryAuth      Category = "registry-auth"
	RegistryRateLimit Category = "registry-rate-limit"
	ImagePlatform     Category = "image-platform"
	SecretMissing     Category = "secret-missing"
	SecretFormat      Category = "secret-format"
	KMS               Category = "kms" // a permission on a KMS key
	LogGroupMissing   Category = "log-group-missing"
	LogConfig         Category = "log-config"
	VolumeMount       Category = "volume-mount"
	ResourceLimit     Category = "resource-limit"
	ContainerConfig   Category = "container-config"
	OOM               Category = "oom"
	AppCrash          Category = "app-crash"
	AppMisconfig      Category = "app-misconfig"
	HealthCheck       Category = "health-check"
	Capacity          Category = "capacity"
	Spot              Category = "spot"
	UserStop          Category = "user-stop"
	Deployment        Category = "deployment"
	Credentials       Category = "credentials"
	Agent             Category = "agent"
	Internal          Category = "internal"
	Other             Category = "other"
)

// IsIAM reports whether a fault of this category is mended in a policy or a role.
func (c Category) IsIAM() bool {
	switch c {
	case IAMPermission, IAMTrust, IAMRoleMissing, KMS:
		return true
	}
	return false
}

// Confidence says how much the evidence carries.
type Confidence string

// From the surest to none.
const (
	Confirmed         Confidence = "confirmed" // the evidence says it outright
	Likely            Confidence = "likely"
	Possible          Confidence = "possible"
	ConfidenceUnknown Confidence = "unknown" // nothing decides
)

// Rank orders degrees of confidence; more is surer.
func (c Confidence) Rank() int {
	switch c {
	case Confirmed:
		return 3
	case Likely:
		return 2
	case Possible:
		return 1
	}
	return 0
}

// AtMost returns the weaker of the two.
func (c Confidence) AtMost(limit Confidence) Confidence {
	if c.Rank() > limit.Rank() {
		return limit
	}
	return c
}

// PolicyType names the kind of policy that said no.
type PolicyType string

// The policy types that AWS's access-denied sentences name, and trust and key
// policies, which they name by other words.
const (
	PolicyIdentity    PolicyType = "identity"
	PolicyResource    PolicyType = "resource"
	PolicySCP         PolicyType = "scp"
	PolicyRCP         PolicyType = "rcp"
	PolicyBoundary    PolicyType = "boundary"
	PolicySession     PolicyType = "session"
	PolicyVPCEndpoint PolicyType = "vpc-endpoint"
	PolicyTrust       PolicyType = "trust"
	PolicyKey         PolicyType = "key"
	PolicyUnknown     PolicyType = "unknown"
)

// Foreign reports whether a policy of this type is no part of the identity that
// it denies.
func (p PolicyType) Foreign() bool {
	switch p {
	case PolicyResource, PolicySCP, PolicyRCP, PolicySession, PolicyVPCEndpoint, PolicyKey:
		return true
	}
	return false
}
