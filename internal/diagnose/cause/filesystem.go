package cause

import (
	"regexp"
	"strings"

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
		If:    func(c *Case, m Match) bool { return !mountsEFS(c, m) },
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

// The services that a mount may be about; "" where nothing tells.
const (
	ofEFS     = "EFS"
	ofS3Files = "S3 Files"
)

// efsWord is EFS's name, alone or in a host's or a program's.
var efsWord = regexp.MustCompile(`\befs\b`)

// mountedOf tells whose file system words about a mount are about: by the words,
// where they name S3 Files, then by the volumes of the task definition, then by
// the words again, since the mount helper of both is EFS's.
func mountedOf(c *Case, m Match) string {
	words := ""
	if m.Text != nil {
		words = strings.ToLower(m.Text.Raw[runeStart(m.Text.Raw, max(0, m.Start-nearBytes)):min(len(m.Text.Raw), m.End+nearBytes)])
	}
	efs, s3Files := false, false
	if d := c.Evidence.TaskDefinition; d != nil {
		for _, v := range d.Volumes {
			efs, s3Files = efs || v.EFS != nil, s3Files || v.S3Files != nil
		}
	}
	switch {
	case strings.Contains(words, "s3files"), strings.Contains(words, "s3 files"), s3Files && !efs:
		return ofS3Files
	case efs && !s3Files, efsWord.MatchString(words):
		return ofEFS
	}
	return ""
}

// mountsEFS reports whether words about a mount are not about S3 Files.
func mountsEFS(c *Case, m Match) bool { return mountedOf(c, m) != ofS3Files }

// KnowsFileSystem reports whether the evidence tells of which service the file
// system is that a mount is about.
func (c *Case) KnowsFileSystem(m Match) bool { return mountedOf(c, m) != "" }

// FileSystem is the file system that a mount is about, as the task definition
// has it (EFS by its id, S3 Files by its ARN): the one that the words name, else
// the only one; "" where neither tells.
func (c *Case) FileSystem(m Match) string {
	all := c.fileSystems(mountsEFS(c, m))
	named := m.Captures["name"]
	if len(all) == 1 && named == "" {
		return all[0]
	}
	for _, fs := range all {
		if named != "" && ShortName(fs) == ShortName(named) {
			return fs
		}
	}
	return ""
}

// fileSystems are the task definition's file systems of EFS, or of S3 Files,
// each once.
func (c *Case) fileSystems(efs bool) []string {
	d := c.Evidence.TaskDefinition
	if d == nil {
		return nil
	}
	var all []string
	seen := map[string]bool{"": true}
	for _, v := range d.Volumes {
		fs := ""
		switch {
		case efs && v.EFS != nil:
			fs = v.EFS.FileSystemID
		case !efs && v.S3Files != nil:
			fs = v.S3Files.FileSystemARN
		}
		if !seen[fs] {
			seen[fs] = true
			all = append(all, fs)
		}
	}
	return all
}
