package iampolicy

import (
	_ "embed" // for the tables in data
	"regexp"
	"slices"
	"strings"
	"sync"

	"whystopped/internal/iampolicy/sar"
)

//go:embed data/services.txt
var servicesText string

//go:embed data/operations.txt
var operationsText string

//go:embed data/callers.txt
var callersText string

// servicePrefixes returns the IAM prefixes that a service's name may mean, the
// likeliest first; none for a name that is not known.
func servicePrefixes(name string) []string {
	plain := plainName(name)
	names := serviceNames()
	var found []string
	for _, tail := range []string{"", "api", "service", "serviceapi"} {
		short, ok := strings.CutSuffix(plain, tail)
		if !ok || short == "" {
			continue
		}
		for _, prefix := range names[short] {
			if !slices.Contains(found, prefix) {
				found = append(found, prefix)
			}
		}
	}
	if host, ok := awsHost(name); ok && len(found) == 0 {
		found = append(found, host) // a service newer than the reference
	}
	return found
}

// plainName takes off a service's name what does not tell it from others: its
// domain, case, punctuation and the maker's name.
func plainName(name string) string {
	if host, ok := awsHost(name); ok {
		name = host
	}
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	for _, maker := range []string{"amazon", "aws"} {
		if rest := strings.TrimPrefix(plain, maker); rest != "" {
			plain = rest
		}
	}
	return plain
}

// hostForm is how service prefixes and the names of service hosts are built.
var hostForm = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)

// awsHost takes the domain off "NAME.amazonaws.com".
func awsHost(name string) (string, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, domain := range []string{".amazonaws.com", ".amazonaws.com.cn"} {
		if host, ok := strings.CutSuffix(name, domain); ok && hostForm.MatchString(host) {
			return host, true
		}
	}
	return "", false
}

// serviceNames maps plain names to prefixes. Names that we chose come before
// the prefix of the same letters: the SDKs call es "OpenSearch", though there
// is a prefix opensearch.
var serviceNames = sync.OnceValue(func() map[string][]string {
	names := map[string][]string{}
	for line := range tableLines(servicesText) {
		prefix, others, _ := strings.Cut(line, ":")
		for other := range strings.SplitSeq(others, ",") {
			names[plainName(other)] = append(names[plainName(other)], prefix)
		}
	}
	for _, prefix := range sar.Services() {
		names[plainName(prefix)] = append(names[plainName(prefix)], prefix)
	}
	for _, prefix := range sar.Services() {
		full, _, _ := strings.Cut(sar.ServiceName(prefix), "(")
		names[plainName(full)] = append(names[plainName(full)], prefix)
	}
	return names
})

// operationKey is a service, by prefix or plain name, and an operation in lower
// case.
type operationKey struct{ service, operation string }

// operations has the operations whose actions are not their own name.
var operations = sync.OnceValue(func() map[operationKey][]string {
	table := map[operationKey][]string{}
	for line := range tableLines(operationsText) {
		fields := strings.Fields(line)
		service, operation, actions := fields[0], fields[1], fields[2:]
		for i, action := range actions {
			if !strings.Contains(action, ":") {
				actions[i] = service + ":" + action
			}
		}
		table[operationKey{service, strings.ToLower(operation)}] = actions
	}
	return table
})

// commonServices lists the services that tasks call most, most first.
var commonServices = sync.OnceValue(func() []string { return callers("common") })

// uncalled has the services whose calls no SDK prints by operation alone, and
// the actions that are no operations.
var uncalled = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, word := range append(callers("none"), callers("not")...) {
		set[word] = true
	}
	return set
})

// callers reads the lines of one kind of callers.txt.
func callers(kind string) []string {
	var words []string
	for line := range tableLines(callersText) {
		if fields := strings.Fields(line); fields[0] == kind+":" {
			words = append(words, fields[1:]...)
		}
	}
	return words
}

// tableLines yields a table's lines without comments and empty ones.
func tableLines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			if !yield(line) {
				return
			}
		}
	}
}
