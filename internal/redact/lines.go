package redact

import (
	"slices"
	"strings"
)

// Words returns the words of a command without their secrets: also the one that
// follows a flag such as --password, or -a of redis-cli.
func Words(words []string) []string {
	out := slices.Clone(words)
	var running *command
	before := ""
	for i, w := range words {
		out[i] = Text(w)
		if strings.HasPrefix(before, "-") && !strings.HasPrefix(w, "-") {
			out[i] = Value(strings.TrimLeft(before, "-"), w)
		}
		if d := commandOf(before, w); d != nil {
			running = d
		} else if running != nil {
			from, to, has := running.secret(before, w)
			if from < to {
				out[i] = w[:from] + placeholder(running.labelled()) + w[to:]
			}
			if has && running.wraps {
				running = nil
			}
		}
		before = w
	}
	return out
}

// Lines returns the lines of a log without their secrets: also those that go
// over several lines, of which no line by itself looks like one. Every line that
// has a part of such a secret gets its placeholder.
func Lines(lines []string) []string {
	out := slices.Clone(lines)
	for range maxPasses {
		if !passLines(out) {
			break
		}
	}
	return out
}

// passLines reads the lines once and reports whether it changed any. No sequence
// of a terminal goes over a line's end, so the lines' views make up the view of all.
func passLines(lines []string) (changed bool) {
	all := viewOf(strings.Join(lines, "\n"))
	found := all.find()
	if len(found) == 0 && all.payloads == nil {
		return false
	}
	start := 0
	for i, l := range lines {
		v := viewOf(l)
		end := start + len(v.text)
		for len(found) > 0 && found[0].end <= start {
			found = found[1:]
		}
		lines[i] = v.replace(within(found, start, end))
		changed = changed || lines[i] != l
		start = end + len("\n")
	}
	return changed
}

// within returns those parts of the replacements that are in text[start:end], as
// replacements in it.
func within(found []replacement, start, end int) []replacement {
	var here []replacement
	for _, r := range found {
		if r.start >= end {
			break
		}
		here = append(here, replacement{max(r.start, start) - start, min(r.end, end) - start, r.label})
	}
	return here
}
