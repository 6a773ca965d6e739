package api

import (
	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
)

// The values below are those of the public API; the types that they belong to
// have no place for the list.

func phases() []any {
	return enum(verdict.PhaseStartup, verdict.PhaseRuntime, verdict.PhasePlacement, verdict.PhaseShutdown, verdict.PhaseUnknown)
}

func identityKinds() []any {
	return enum(verdict.ExecutionRole, verdict.TaskRole, verdict.InstanceRole, verdict.ServiceLinkedRole, verdict.InfrastructureRole,
		verdict.Caller, verdict.NoIdentity, verdict.UnknownIdentity)
}

func categories() []any {
	return enum(verdict.IAMPermission, verdict.IAMTrust, verdict.IAMRoleMissing, verdict.Network, verdict.ImageNotFound, verdict.RegistryAuth,
		verdict.RegistryRateLimit, verdict.ImagePlatform, verdict.SecretMissing, verdict.SecretFormat, verdict.KMS, verdict.LogGroupMissing,
		verdict.LogConfig, verdict.VolumeMount, verdict.ResourceLimit, verdict.ContainerConfig, verdict.OOM, verdict.AppCrash,
		verdict.AppMisconfig, verdict.HealthCheck, verdict.Capacity, verdict.Spot, verdict.UserStop, verdict.Deployment,
		verdict.Credentials, verdict.Agent, verdict.Internal, verdict.Other)
}

func confidences() []any {
	return enum(verdict.Confirmed, verdict.Likely, verdict.Possible, verdict.ConfidenceUnknown)
}

func policyTypes() []any {
	return enum(verdict.PolicyIdentity, verdict.PolicyResource, verdict.PolicySCP, verdict.PolicyRCP, verdict.PolicyBoundary,
		verdict.PolicySession, verdict.PolicyVPCEndpoint, verdict.PolicyTrust, verdict.PolicyKey, verdict.PolicyUnknown)
}

func sourceStatuses() []any {
	return enum(evidence.SourceOK, evidence.SourceEmpty, evidence.SourceDenied, evidence.SourceThrottled, evidence.SourceTimeout,
		evidence.SourceFailed, evidence.SourceSkipped, evidence.SourceTooEarly, evidence.SourceTruncated)
}

func enum[T ~string](values ...T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// category is a verdict.Category as a parameter, of which the framework checks
// that it is one.
type category string

// Schema implements huma.SchemaProvider.
func (category) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Enum: categories()}
}

func (c category) value() verdict.Category { return verdict.Category(c) }

// identityKind is a verdict.IdentityKind as a parameter.
type identityKind string

// Schema implements huma.SchemaProvider.
func (identityKind) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Enum: identityKinds()}
}

func (k identityKind) value() verdict.IdentityKind { return verdict.IdentityKind(k) }

func moments() []any {
	return enum(verdict.MomentCreated, verdict.MomentPullStarted, verdict.MomentPullStopped, verdict.MomentStarted, verdict.MomentStopping,
		verdict.MomentContainerStopped, verdict.MomentStopped)
}
