package samples

import (
	"whystopped/internal/diagnose/verdict"

	"whystopped/internal/awsclient/awsfake"
)

// storageSamples are tasks whose EFS volume could not be mounted. A signed
// mount is made with the task role, although no container has started yet; one
// that is not signed has no identity at all.
func storageSamples() []draft {
	const kind = "Volumes"
	return []draft{
		{
			Sample: Sample{
				Name: "efs-denied", Kind: kind,
				Title:        "EFS with IAM: task role isn't allowed to mount, before the container starts",
				WantCause:    "volume.efs.denied",
				WantIdentity: verdict.TaskRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.IAMPermission,
			},
			app: "media-library", life: failedInit, ended: 19 * minute,
			efs: &awsfake.EFSVolume{
				FileSystemID: "fs-0123456789abcdef0", RootDirectory: "/", TransitEncryption: "ENABLED",
				AuthorizationConfig: &awsfake.EFSAuthorization{AccessPointID: "fsap-0fedcba9876543210", IAM: "ENABLED"},
			},
			stopped: "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32",
		},
		{
			Sample: Sample{
				Name: "efs-timeout", Kind: kind,
				Title:        "EFS without IAM: mount timeout",
				WantCause:    "volume.efs.unreachable",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseStartup, WantCategory: verdict.VolumeMount,
			},
			app: "wiki", life: failedInit, ended: 52 * minute, took: 3 * minute,
			efs:     &awsfake.EFSVolume{FileSystemID: "fs-00112233445566778", RootDirectory: "/"},
			stopped: "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Mount attempt 1/3 failed due to timeout after 15 sec, wait 0 sec before next attempt. Mount attempt 2/3 failed due to timeout after 15 sec, wait 0 sec before next attempt. b'mount.nfs4: Connection timed out' : unsuccessful EFS utils command execution; code: 32",
		},
	}
}
