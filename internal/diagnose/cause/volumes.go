package cause

import (
	"strings"

	"whystopped/internal/diagnose/verdict"
)

// volumeCauses: EFS, S3 Files, FSx, EBS and Docker volumes.
func volumeCauses() []*Cause {
	return []*Cause{
		{
			Code: "volume.efs.denied", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.UnknownIdentity, Who: efsMounter, Confidence: verdict.Likely,
			Title:   "EFS refused the mount to {who|the task}",
			Meaning: "The file system was reached and said no. With IAM authorization {role|the task role} needs elasticfilesystem:ClientMount; without it only the file system policy counts, and it may refuse anonymous clients.",
			Reason:  "ECS mounts EFS with the task role, or with nobody's when the volume has no IAM authorization; the execution role has no part in it.",
			Fix: []string{
				"With authorizationConfig.iam = ENABLED: allow elasticfilesystem:ClientMount (and ClientWrite, ClientRootAccess where needed) on the file system for the task role.",
				"Without: the file system policy refuses anonymous clients; enable IAM authorization on the volume, or change that policy.",
				"Check the access point of the volume against the policy's conditions, and that transit encryption is on where the policy asks for it.",
			},
			Docs:   []string{docEFS, docEFSIAM, docEFSMount},
			Grants: []string{"elasticfilesystem:ClientMount"},
			When:   says(ByECS|Log, phrase("access denied by server while mounting")),
		},
		{
			Code: "volume.efs.dns", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The EFS file system {name|of the task} could not be found by name",
			Meaning: "The mount target's name did not resolve: there is no mount target in the task's Availability Zone, DNS is off in the VPC, or the file system is elsewhere.",
			Fix:     []string{"Create a mount target in each Availability Zone of the task's subnets, and switch on DNS resolution and DNS hostnames of the VPC."},
			Docs:    []string{docEFS, docEFSMount},
			When: says(ByECS|Log,
				pattern("failed to resolve \"fs-", `failed to resolve "(?P<name>fs-[\w.-]+)`), pattern("failed to resolve 'fs-", `failed to resolve '(?P<name>fs-[\w.-]+)`), phrase("failed to resolve file system"), phrase("failed to lookup mount target ip")),
		},
		{
			Code: "volume.efs.unreachable", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The EFS mount target does not answer",
			Meaning: "The mount was tried and got no connection, or lost it: NFS (port 2049) is closed between the task and the mount target. No permission is involved.",
			Fix:     []string{"Let the mount target's security group in on TCP 2049 from the task's security group."},
			Docs:    []string{docEFSMount},
			When: Unless{
				Match: says(ByECS|Log,
					pattern("failed due to timeout", `mount attempt \d+/\d+ failed due to timeout`),
					pattern("mount.nfs4", `mount\.nfs4?: (?:Connection (?:timed out|reset by peer|refused)|mount system call failed|Broken pipe|Protocol not supported|Input/output error)`),
					pattern("efs utils", `EFS utils[\s\S]{0,400}?(?:Connection reset by peer|timed out|timeout|mount system call failed|connection refused)`)),
				But: says(ByECS|Log, phrase("access denied by server")),
			},
		},
		{
			Code: "volume.efs.directory-missing", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The directory to mount does not exist on the file system",
			Meaning: "EFS was mounted as far as the root, but the volume's root directory or the access point's path is not there.",
			Fix:     []string{"Create the directory on the file system, correct rootDirectory, or use an access point that creates it."},
			Docs:    []string{docEFS, docEFSMount},
			When:    says(ByECS|Log, pattern("no such file or directory", `(?:mount\.nfs4|mounting 127\.0\.0\.1|reason given by server|EFS)[^\n]{0,300}?no such file or directory`)),
		},
		{
			Code: "volume.efs.ownership", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The access point's POSIX user may not change ownership on the volume",
			Meaning: "The runtime copies the image's files to the volume and sets their owner; the access point's fixed user may not do that.",
			Fix:     []string{"Let the image's directory be owned by the access point's user, or mount at an empty path."},
			Docs:    []string{docEFS},
			When:    says(ByECS|Log, pattern("operation not permitted", `l?chown [^\n]{0,300}?operation not permitted`)),
		},
		{
			Code: "volume.plugin", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The volume plugin on the host is missing or does not answer",
			Meaning: "Docker asked its volume driver and found none, or no answer. The file system itself was perhaps never asked.",
			Fix:     []string{"Install and start the plugin on the container instance (for EFS: amazon-efs-utils and a current ecs-init), or open port 2049 to the mount target when the plugin hangs."},
			Docs:    []string{docEFS, docAgent},
			When: Unless{
				Match: says(ByECS|Log, phrase("error looking up volume plugin"),
					pattern("volumedriver.create", `VolumeDriver\.(?:Create|Mount)[^\n]{0,400}?(?:context deadline exceeded|RecordNotFound|no such file|error|not found)`),
					pattern("volumedriver.mount", `VolumeDriver\.Mount[^\n]{0,400}`)),
				But: says(ByECS|Log, phrase("access denied by server"), phrase("mount.nfs4"), phrase("not authorized to perform")),
			},
		},
		{
			Code: "volume.ebs.role", Area: AreaVolumes, Phase: verdict.PhaseStartup, PhaseInLog: verdict.PhasePlacement, Category: verdict.IAMTrust,
			Identity: verdict.InfrastructureRole, Confidence: verdict.Confirmed,
			Title:   "ECS could not assume the infrastructure role {name|of the volume}",
			Meaning: "ECS makes EBS volumes with the infrastructure role of the volume configuration. It could not assume it: its trust policy does not name ecs.amazonaws.com, the caller may not pass it, or it lacks the volume permissions; the text is the same for all three.",
			Reason:  "Neither execution nor task role has to do with EBS volumes.",
			Fix:     []string{"Let {name|the role} trust ecs.amazonaws.com, attach AmazonECSInfrastructureRolePolicyForVolumes, and allow iam:PassRole on it for whoever starts the task."},
			Docs:    []string{docEBS, docInfrastructure},
			Trusts:  "ecs.amazonaws.com",
			When:    says(Anywhere, pattern("unable to assume the configured ecs infrastructure role", `unable to assume the configured ECS Infrastructure Role '?(?P<name>[^'\s]*)`)),
		},
		{
			Code: "volume.ebs.key", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.KMS,
			Identity: verdict.InfrastructureRole, Confidence: verdict.Likely,
			Title:   "The infrastructure role may not use the KMS key of the EBS volume",
			Meaning: "The message speaks of a client token, but AWS documents it for a volume whose KMS key does not exist or may not be used by the infrastructure role: EC2 checks the key after it accepted the request.",
			Reason:  "EBS volumes are made with the infrastructure role, so that role needs the key.",
			Fix:     []string{"Check the key's ARN in the volume configuration, and allow kms:CreateGrant, kms:GenerateDataKeyWithoutPlaintext, kms:Decrypt and kms:DescribeKey on it for the infrastructure role."},
			Docs:    []string{docEBS},
			When: Any{
				says(Anywhere, phrase("idempotentparametermismatch")),
				says(Attachment|ByECS, phrase("client token you have provided is associated with a resource that is already deleted")),
			},
		},
		{
			Code: "volume.ebs.timeout", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The EBS volume was not ready in time",
			Meaning: "The volume was made, but could not be attached or formatted: a file system that the operating system does not know, or trouble on the host.",
			Fix:     []string{"Check filesystemType against the platform, and the snapshot's file system."},
			Docs:    []string{docEBS},
			When:    says(Anywhere, phrase("timed out while configuring the ebs volume attachment"), phrase("ecs failed to set up the ebs volume")),
		},
		{
			Code: "volume.fsx.credentials", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The login for the FSx file system was not accepted",
			Meaning: "The credentials of the volume could be read, but the file server did not accept them.",
			Fix:     []string{"Correct user, password and domain in the secret or parameter of the volume."},
			Docs:    []string{docFSx},
			When:    says(ByECS|Log, phrase("invalid credentials for mounting fsxwindowsfileserver volume")),
		},
		{
			Code: "startup.volume", Area: AreaVolumes, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "A volume of the task could not be mounted",
			Meaning: "Setting up a volume failed; the text does not name a permission.",
			Docs:    []string{docEFS, docStoppedCodes},
			When: Unless{
				Match: says(ByECS,
					phrase("cannotcreatevolumeerror"), phrase("unsuccessful efs utils command execution"), phrase("failed to invoke efs utils"), phrase("mounting volume failed"), phrase("volumeerror:"), phrase("rootfs_linux.go"), phrase("invalidvolumeerror"),
					pattern("error while creating mount source path", `error while creating mount source path`), phrase("error mounting"), phrase("cannotinspectvolumeerror")),
				But: says(ByECS, phrase("not authorized to perform"), phrase("access denied by server"), phrase("/etc/passwd")),
			},
		},
	}
}

// efsMounter: with IAM authorization the task role mounts, without it nobody does.
func efsMounter(c *Case, _ Match) Answer {
	known, iam := false, false
	if d := c.Evidence.TaskDefinition; d != nil {
		for _, v := range d.Volumes {
			if v.EFS != nil {
				known = true
				iam = iam || strings.EqualFold(v.EFS.AuthorizationConfig.IAM, "ENABLED")
			}
		}
	}
	if known && !iam {
		return answer(verdict.NoIdentity, "", verdict.Likely, "The volume has no IAM authorization, so it is mounted anonymously: only the file system policy decides, and no role is asked.")
	}
	confidence := verdict.Likely
	if iam {
		confidence = verdict.Confirmed
	}
	return answer(verdict.TaskRole, c.Facts.TaskRole, confidence, "ECS mounts EFS volumes with the task role, although that happens before the container starts.")
}
