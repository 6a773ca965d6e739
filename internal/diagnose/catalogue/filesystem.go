package catalogue

import (
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
)

// s3FilesDenied is the refusal of a mount by S3 Files, which has the words of
// EFS: both are mounted by the kernel's NFS client.
var s3FilesDenied = &Cause{
	Code: "volume.s3files.denied", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
	Identity: verdict.TaskRole, Confidence: verdict.Likely,
	Title:   "S3 Files denied the {identity:identity|task role} the mount of {name|the file system}",
	Meaning: "The file system {name|of the task} was reached and denied the mount. An S3 Files volume is always mounted with IAM authorization: {role|the task role} needs s3files:ClientMount, in its own policy or in the file system policy.",
	Reason:  "ECS mounts S3 Files with the task role, although that happens before the container starts. The task execution role isn't used.",
	Fix: []string{
		"Allow s3files:ClientMount on {name|the file system} for {role|the task role}.",
		"Add s3files:ClientWrite if the container writes, and s3files:ClientRootAccess if it acts as root on the volume.",
		"Check that the file system policy has no Deny that applies, and that a condition on the access point matches the volume's.",
	},
	Docs:   []string{docS3Files, docS3FilesIAM},
	Grants: []string{"s3files:ClientMount"},
	When: Only{
		If:    func(c *Case, m Match) bool { return !cause.MountsEFS(c, m) },
		Match: With{Names: fileSystem, Match: refusedMountOf},
	},
}

// s3FilesMountDenied is the same refusal in a sentence of AWS.
var s3FilesMountDenied = &Cause{
	Code: "startup.s3files.denied", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
	Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
	Title:   "The {identity:identity|task role} isn't allowed to mount the S3 Files file system",
	Meaning: "S3 Files was reached and denied the mount to {role|the task role}.",
	Lacks:   "Neither the role's policy nor the policy of the file system {name|of the task} allows {action|s3files:ClientMount}.",
	Reason:  "ECS mounts S3 Files with the task role, although that happens before the container starts.",
	Fix: []string{
		"Allow s3files:ClientMount (and ClientWrite or ClientRootAccess if needed) for the {identity:identity|task role}.",
		"Add s3files:ClientWrite if the container writes, and s3files:ClientRootAccess if it acts as root on the volume.",
	},
	Docs: []string{docS3Files, docS3FilesIAM},
	When: startup("s3files:*"),
}
