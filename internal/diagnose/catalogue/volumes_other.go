package catalogue

import "whystopped/internal/diagnose/verdict"

// otherVolumeCauses: Docker's volumes and plugins, FSx for Windows File Server,
// and EBS volumes configured at launch.
func otherVolumeCauses() []*Cause {
	return []*Cause{
		{
			Code: "volume.plugin", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The volume plugin {name|on the host} is missing or failed",
			Meaning: "Docker asked its volume driver and found none, or the driver failed. The file system itself may never have been asked.",
			Reason:  "The plugin runs on the host; no AWS permission was checked.",
			Fix: []string{
				"Install and start {name|the plugin} on the container instance (for EFS: amazon-efs-utils and a current ecs-init, then systemctl start amazon-ecs-volume-plugin), and check its own log.",
			},
			Docs: []string{docEFS, docAgent},
			When: Unless{
				Match: startSays(
					pattern("volumedriver.", `VolumeDriver\.(?:Mount|Create)[^\n]{0,400}?(?:context deadline exceeded|RecordNotFound|no such file|connection refused|error|not found)`),
					pattern("error looking up volume plugin", `error looking up volume plugin (?P<name>[\w./-]+)`)),
				But: Any{refusedMount, says(Anywhere, phrase("mount.nfs"), phrase("not authorized to perform"), phrase("failed to resolve"), pattern("amazon-ecs-volume-plugin", `amazon-ecs-volume-plugin[^\n]{0,200}?context deadline exceeded`))},
			},
		},
		{
			Code: "volume.docker-missing", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Docker volume not found on the host: {name|see the task definition}",
			Meaning: "The task definition names a shared volume that ECS doesn't create (autoprovision is false), and this host doesn't have it.",
			Reason:  "The volume is looked up on the host; no AWS permission was checked.",
			Fix: []string{
				"Create it on every container instance (docker volume create {name|NAME}), or set autoprovision to true in dockerVolumeConfiguration.",
			},
			Docs: []string{docTaskParameters},
			When: startSays(phrase("no such volume"), pattern("no such volume", `get (?P<name>[\w.-]+): no such volume`), pattern("no such volume:", `no such volume: (?P<name>[\w.-]+)`)),
		},
		{
			Code: "volume.ebs.role", Area: AreaVolumes, Phase: verdict.PhaseStartup, PhaseInLog: verdict.PhasePlacement, Category: verdict.IAMTrust,
			Identity: verdict.InfrastructureRole, Confidence: verdict.Confirmed,
			Title:   "ECS couldn't assume the infrastructure role {name|of the volume}",
			Meaning: "ECS creates EBS volumes with the infrastructure role of the volume configuration and couldn't assume it. Its trust policy doesn't name ecs.amazonaws.com, the caller isn't allowed to pass it, it was created seconds ago, or it lacks the volume permissions; the text is the same for all.",
			Reason:  "EBS volumes use neither the task execution role nor the task role.",
			Fix: []string{
				"Trust ecs.amazonaws.com (not ecs-tasks.amazonaws.com) in {name|the role}, and attach AmazonECSInfrastructureRolePolicyForVolumes to it.",
				"Allow iam:PassRole on {name|the role} for whoever creates the service or starts the task.",
			},
			Docs:   []string{docEBS, docInfrastructure},
			Trusts: "ecs.amazonaws.com",
			When:   says(Anywhere, pattern("unable to assume the configured ecs infrastructure role", `unable to assume the configured ECS Infrastructure Role '?(?P<name>[^'\s]*)`)),
		},
		{
			Code: "volume.ebs.key", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.KMS,
			Identity: verdict.InfrastructureRole, Confidence: verdict.Likely,
			Title:   "The infrastructure role isn't allowed to use the volume's KMS key",
			Meaning: "The message names a client token, but AWS documents it for a volume whose KMS key doesn't exist or isn't allowed for the infrastructure role. EC2 checks the key after it accepted the request.",
			Reason:  "EBS volumes are created with the infrastructure role, so that role needs the key.",
			Fix: []string{
				"Check the key's ARN in the volume configuration, and allow kms:CreateGrant, kms:GenerateDataKeyWithoutPlaintext, kms:Decrypt, and kms:DescribeKey on it for the infrastructure role.",
			},
			Docs: []string{docEBS},
			When: says(Anywhere,
				phrase("idempotentparametermismatch"),
				phrase("client token you have provided is associated with a resource that is already deleted")),
		},
		{
			Code: "volume.ebs.denied", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.InfrastructureRole, Confidence: verdict.Likely,
			Title:   "The infrastructure role isn't allowed to create or attach the EBS volume",
			Meaning: "EC2 denied the volume to the infrastructure role of the volume configuration. The text doesn't show which call was denied; CloudTrail's record of that role does.",
			Reason:  "EBS volumes are created with the infrastructure role. The task execution role and the task role aren't used.",
			Fix: []string{
				"Attach AmazonECSInfrastructureRolePolicyForVolumes to the infrastructure role. If it's attached, look for a service control policy on ec2:CreateVolume, ec2:CreateTags, or ec2:AttachVolume.",
			},
			Docs: []string{docEBS, docInfrastructure},
			When: Unless{
				Match: Both{
					First:  says(Anywhere, phrase("ecs failed to set up the ebs volume")),
					Second: says(Anywhere, phrase("unauthorizedoperation")),
				},
				But: refusedPull,
			},
		},
		{
			Code: "volume.ebs.timeout", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The EBS volume wasn't ready in time",
			Meaning: "The volume was created but couldn't be attached or formatted in time: a file system that the operating system doesn't support, or a problem on the host.",
			Reason:  "The volume exists, so the infrastructure role was allowed to create it.",
			Fix: []string{
				"Check filesystemType in the volume configuration against the platform and, if a snapshot is used, its file system. Then start the task again.",
			},
			Docs: []string{docEBS},
			When: says(Anywhere, phrase("timed out while configuring the ebs volume attachment")),
		},
		{
			Code: "volume.ebs.failed", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECS couldn't create or attach the EBS volume: {error|rejected by EC2}",
			Meaning: "EC2 rejected creating or attaching the volume with {error|an error}: a quota, a snapshot or volume type that doesn't exist there, or an instance without a free slot.",
			Reason:  "The code names no permission.",
			Fix: []string{
				"Look up {error|the error} among EC2's error codes, and correct size, type, snapshot, or throughput in the volume configuration, or request a higher EBS quota.",
			},
			Docs: []string{docEBS},
			When: Unless{
				Match: says(Anywhere, pattern("ecs failed to set up the ebs volume", `ECS failed to set up the EBS volume(?:\. Encountered "?(?P<error>[\w.]+))?`)),
				But:   says(Anywhere, phrase("idempotentparametermismatch"), phrase("unauthorizedoperation"), phrase("not authorized to perform")),
			},
		},
		{
			Code: "volume.fsx.credentials", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The sign-in to the FSx file system was rejected",
			Meaning: "The credentials of the volume were read, but the file server rejected them.",
			Reason:  "Active Directory decides about this sign-in, not IAM.",
			Fix: []string{
				"Correct user name, password, and domain in the secret or parameter of the volume (credentialsParameter). Use Secrets Manager: from a SecureString parameter the agent gets the ciphertext only.",
			},
			Docs: []string{docFSx},
			When: agentSays(phrase("invalid credentials for mounting fsxwindowsfileserver volume")),
		},
		{
			Code: "volume.fsx.reference", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The FSx volume's credentialsParameter isn't an ARN of a secret or parameter",
			Meaning: "The agent reads the sign-in of the file share from Secrets Manager or Parameter Store, and the value in the task definition is neither's ARN.",
			Reason:  "The reference was rejected before AWS was asked.",
			Fix: []string{
				"Set fsxWindowsFileServerVolumeConfiguration.authorizationConfig.credentialsParameter to the full ARN of a Secrets Manager secret or an SSM parameter.",
			},
			Docs: []string{docFSx},
			When: agentSays(phrase("unsupported credentialsparameter")),
		},
		{
			Code: "volume.fsx.missing", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "FSx file system not found: {name|see the task definition}",
			Meaning: "Amazon FSx has no file system {name|of that id} in that Region and account.",
			Reason:  "The call was allowed and answered that the file system is missing.",
			Fix: []string{
				"Correct fileSystemId in the task definition's volume, or create the file system.",
			},
			Docs: []string{docFSx},
			When: agentSays(pattern("filesystemnotfound", `fsx describing filesystem\(s\)[^\n]{0,40}\[(?P<name>fs-[0-9a-f]+)[\s\S]{0,300}?FileSystemNotFound`)),
		},
		{
			Code: "startup.volume", Area: AreaVolumes, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "A volume of the task couldn't be mounted",
			Meaning: "Setting up a volume failed, and the text names neither a permission nor another known cause.",
			Fix: []string{
				"Check the quoted words of the mount. On EC2, /var/log/ecs/ecs-volume-plugin.log and /var/log/amazon/efs/mount.log have more.",
				"Check that the paths in mountPoints are of the same kind, file or directory, on both sides.",
			},
			Docs: []string{docEFS, docStoppedCodes},
			When: Unless{
				Match: says(ByECS,
					phrase("cannotcreatevolumeerror"), phrase("unsuccessful efs utils command execution"), phrase("failed to invoke efs utils"), phrase("mounting volume failed"), phrase("volumeerror:"), phrase("rootfs_linux.go"), phrase("invalidvolumeerror"),
					phrase("error while creating mount source path"), phrase("error mounting"), phrase("error while mounting volume"), phrase("failed to mount local volume"), phrase("cannotinspectvolumeerror"), phrase("invalid mount config"), phrase("bind source path does not exist")),
				But: Any{refusedMount, says(ByECS, phrase("not authorized to perform"), phrase("/etc/passwd"))},
			},
		},
	}
}
