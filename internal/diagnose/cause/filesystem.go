package cause

import (
	"regexp"
	"strings"
)

// The services that a mount may be about; "" where nothing tells.
const (
	OfEFS     = "EFS"
	OfS3Files = "S3 Files"
)

// efsWord is EFS's name, alone or in a host's or a program's.
var efsWord = regexp.MustCompile(`\befs\b`)

// MountedOf tells whose file system words about a mount are about: by the words,
// where they name S3 Files, then by the volumes of the task definition, then by
// the words again, since the mount helper of both is EFS's.
func MountedOf(c *Case, m Match) string {
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
		return OfS3Files
	case efs && !s3Files, efsWord.MatchString(words):
		return OfEFS
	}
	return ""
}

// MountsEFS reports whether words about a mount are not about S3 Files.
func MountsEFS(c *Case, m Match) bool { return MountedOf(c, m) != OfS3Files }

// KnowsFileSystem reports whether the evidence tells of which service the file
// system is that a mount is about.
func (c *Case) KnowsFileSystem(m Match) bool { return MountedOf(c, m) != "" }

// FileSystem is the file system that a mount is about, as the task definition
// has it (EFS by its id, S3 Files by its ARN): the one that the words name, else
// the only one; "" where neither tells.
func (c *Case) FileSystem(m Match) string {
	all := c.fileSystems(MountsEFS(c, m))
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
