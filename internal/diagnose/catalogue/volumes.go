package catalogue

import (
	"strings"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
)

// refusedMount is EFS's own refusal, as the kernel's NFS client words it.
var refusedMount = says(Anywhere, phrase("access denied by server"))

// refusedMountOf is the same with the file system's name, where it is there.
var refusedMountOf = says(ByECS|Log,
	pattern("access denied by server while mounting", `access denied by server while mounting (?:(?P<name>fs-[0-9a-f]+))?`))

// volumeCauses: EFS and S3 Files. Docker, FSx and EBS are in otherVolumeCauses.
func volumeCauses() []*Cause {
	return append([]*Cause{
		{
			Code: "volume.efs.denied", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.UnknownIdentity, Who: efsMounter, Confidence: verdict.Likely,
			Title:   "{system|EFS or S3 Files} denied the {identity:identity|task} mounting {name|the file system}",
			Meaning: "The file system {name|of the task} denied the mount. With IAM authorization {role|the task role} needs elasticfilesystem:ClientMount; without it only the file system policy counts, and it may deny anonymous clients.",
			Reason:  "ECS mounts EFS with the task role, or anonymously if the volume has no IAM authorization. The task execution role isn't used.",
			Fix: []string{
				"With authorizationConfig.iam = ENABLED, allow elasticfilesystem:ClientMount (and ClientWrite or ClientRootAccess if needed) on {name|the file system} for {role|the task role}.",
				"Without it, the file system policy denies anonymous clients: enable IAM authorization on the volume, or change that policy.",
				"Check the access point of the volume against the policy's conditions, and that transit encryption is on if the policy requires it.",
			},
			Docs:   []string{docEFS, docEFSIAM, docEFSMount},
			Grants: []string{"elasticfilesystem:ClientMount"},
			When:   Only{If: cause.MountsEFS, Match: With{Names: fileSystem, Match: refusedMountOf}},
		},
		s3FilesDenied,
		{
			Code: "volume.efs.credentials", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.IAMRoleMissing,
			Identity: verdict.TaskRole, Confidence: verdict.Likely,
			Title:   "The mount of {name|the file system} found no task role credentials",
			Meaning: "The volume is mounted with IAM authorization, so the mount helper asks for the task role's credentials and got none. The task definition has no task role, or the host couldn't deliver its credentials.",
			Reason:  "The volume is mounted with the task role, although that happens before the container starts.",
			Fix: []string{
				"Set taskRoleArn in the task definition to a role with {mount|elasticfilesystem:ClientMount} on {name|the file system}. If it's set, restart the ECS agent on the host.",
			},
			Docs: []string{docEFS, docEFSIAM},
			When: With{Names: fileSystem, Match: startSays(
				phrase("failed to retrieve aws security credentials"), phrase("unsuccessful retrieval of aws security credentials"), phrase("are not found in aws credentials file"))},
		},
		{
			Code: "volume.efs.dns", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "DNS name of the {system|EFS} file system {name|of the task} not found",
			Meaning: "The mount target's name didn't resolve. There is no mount target in the task's Availability Zone, DNS is off in the VPC, or the file system is deleted or in another VPC.",
			Reason:  "The file system was never reached, so no permission was checked.",
			Fix: []string{
				"Check that {name|the file system} exists and has a mount target in state available in each Availability Zone of the task's subnets (aws {cli|efs} describe-mount-targets).",
				"Turn on DNS resolution and DNS hostnames of the VPC. If you run your own DNS servers, forward amazonaws.com to the VPC's resolver.",
			},
			Docs: []string{docEFS, docEFSMount},
			When: With{Names: fileSystem, Match: says(ByECS|Log,
				phrase("failed to resolve file system"), phrase("failed to lookup mount target ip"), phrase("no matching mount target in the az"), phrase("did not resolve to an efs mount target"), phrase("for an efs mount target"),
				pattern("failed to resolve", `failed to resolve \\*["'](?P<name>fs-[0-9a-f]+)`))},
		},
		{
			Code: "volume.efs.unreachable", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Network timeout: the mount target of {name|the file system} doesn't answer",
			Meaning: "The mount got no connection, or lost it: NFS (port 2049) is blocked between the task and the mount target. No permission is involved.",
			Reason:  "The file system never answered, so no permission was checked.",
			Fix: []string{
				"Allow inbound TCP 2049 from the task's security group (on EC2 outside awsvpc: the instance's) on the security group of the mount targets of {name|the file system}, and outbound TCP 2049 from it.",
				"Check network ACLs, and that a mount target is in the task's Availability Zone.",
			},
			Docs: []string{docEFSMount},
			When: Unless{
				Match: With{Names: fileSystem, Match: Any{
					says(ByECS|Log,
						pattern("failed due to timeout", `mount attempt \d+/\d+ failed due to timeout`),
						pattern("mount.nfs4", `mount\.nfs4?: (?:Connection (?:timed out|reset by peer|refused)|mount system call failed|Broken pipe|Protocol not supported|Input/output error|Network is unreachable|No route to host)`),
						pattern("efs utils", `EFS utils[\s\S]{0,400}?(?:Connection reset by peer|timed out|timeout|mount system call failed|connection refused)`)),
					// ECS's own plugin waits for the mount; it hangs where NFS is blocked.
					likely(startSays(pattern("amazon-ecs-volume-plugin", `amazon-ecs-volume-plugin[^\n]{0,200}?context deadline exceeded`))),
				}},
				But: Any{refusedMount, says(Anywhere, phrase("failed to resolve"))},
			},
		},
		{
			Code: "volume.efs.directory-missing", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The directory {directory|to mount} doesn't exist on the file system",
			Meaning: "{system|EFS} was reached, but {directory|the volume's root directory or the access point's path} doesn't exist there.",
			Reason:  "The file system answered about a directory, so it had allowed the mount.",
			Fix: []string{
				"Create {directory|the directory} on {name|the file system}, or set rootDirectory to one that exists.",
				"Or use an access point with creation info (owner and permissions), which creates its directory automatically.",
			},
			Docs: []string{docEFS, docEFSMount},
			When: With{Names: fileSystem, Match: says(ByECS|Log,
				pattern("reason given by server", `reason given by server: no such file or directory`),
				pattern("reason given by server", `mounting (?:(?P<name>fs-[0-9a-f]+)|[\w.]+)[\w.-]*:(?P<directory>/[^\s']*) failed, reason given by server: no such file or directory`))},
		},
		{
			Code: "volume.efs.ownership", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.VolumeMount,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The access point's POSIX user isn't allowed to change file ownership",
			Meaning: "The runtime copies the image's files to the volume and sets their owner. The access point's fixed user isn't allowed to do that.",
			Reason:  "The file system's own ownership decides this, not an IAM permission.",
			Fix: []string{
				"Make the access point's user and group own the image's directory (chown in the Dockerfile), or mount the volume at a path that the image doesn't have.",
			},
			Docs: []string{docEFS},
			When: startSays(pattern("operation not permitted", `l?chown [^\n]{0,300}?operation not permitted`)),
		},
	}, otherVolumeCauses()...)
}

// efsMounter: with IAM authorization the task role mounts, without it nobody does.
func efsMounter(c *Case, m Match) Answer {
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
		return answer(verdict.NoIdentity, "", verdict.Likely, "who.mounted-anonymously", nil)
	}
	if !known && m.Text != nil && strings.Contains(m.Text.Raw, "while mounting fs-") {
		// IAM authorization needs the TLS tunnel, which mounts 127.0.0.1:
		// https://docs.aws.amazon.com/efs/latest/ug/mounting-IAM-option.html
		return answer(verdict.NoIdentity, "", verdict.Likely, "who.mounted-without-tls", nil)
	}
	confidence := verdict.Likely
	if iam {
		confidence = verdict.Confirmed
	}
	return answer(verdict.TaskRole, c.Facts.TaskRole, confidence, "who.mount", nil)
}

// fileSystem names what a mount is about: the service, and the one file system
// that the task definition mounts of it.
func fileSystem(c *Case, m Match) map[string]string {
	words := map[string]string{"system": cause.MountedOf(c, m)}
	if words["system"] == cause.OfS3Files {
		words["cli"], words["mount"] = "s3files", "s3files:ClientMount"
	}
	if m.Captures["name"] == "" {
		words["name"] = cause.ShortName(c.FileSystem(m))
	}
	return words
}
