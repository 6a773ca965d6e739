package outside

import (
	"regexp"
	"strings"
)

// tail is a form of line in which everything behind some words is what came
// from outside.
type tail struct {
	literal string // every match contains it
	pattern func() *regexp.Regexp
}

var (
	noRoute   = lazy(`\b[Nn]o (?:route|mapping|static resource|endpoint|handler|matching route)(?: \w+){0,3} (.*)$`)
	statement = lazy(`\b(?:LOG|DEBUG|INFO|DETAIL|duration: [\d.]+ ms):?\s+ ?(?:statement|duration: [\d.]+ ms\s+statement): (.*)$`)
)

// tailForms are the tails, each with what writes it.
var tailForms = []tail{
	// Express, Nest: Cannot GET /path
	{"Cannot ", lazy(`\bCannot ` + methods + ` (/.*)$`)},
	// Django: Not Found: /path, Bad Request: /path
	{": /", lazy(`\b(?:Not Found|Bad Request|Forbidden|Unauthorized|Method Not Allowed(?: \(\w+\))?|Internal Server Error|Service Unavailable)(?: \([^)]*\))?: (/.*)$`)},
	// Rails, Spring, Phoenix, Go's routers
	{"o route", noRoute},
	{"o mapping", noRoute},
	{"o static resource", noRoute},
	{"o endpoint", noRoute},
	{"o handler", noRoute},
	{"o matching route", noRoute},
	{"Parameters: {", lazy(`\bParameters: (\{.*)$`)},
	{"Parameters: %{", lazy(`\bParameters: (%\{.*)$`)},
	{"[response] ", lazy(`\[response\] \S+ \w+ (/.*)$`)}, // hapi
	// Tomcat: Invalid character found in the request target [/path]
	{"request target [", lazy(`request target \[(.*)$`)},
	{"Unpermitted parameter", lazy(`\bUnpermitted parameters?: (.*)$`)},
	// Django: Invalid HTTP_HOST header: 'x'. You may need to add …
	{"HTTP_HOST header:", lazy(`HTTP_HOST header: (.*)$`)},
	// Redis: ERR unknown command 'x', with args beginning with: …
	{"nknown command", lazy(`[Uu]nknown command:? ?(.*)$`)},
	{"nrecognized argument", lazy(`[Uu]nrecognized arguments?:? ?(.*)$`)},
	{"nvalid user ", lazy(`\b[Ii]nvalid user (.*)$`)}, // sshd
	{"nknown option", lazy(`[Uu]nknown options?:? ?(.*)$`)},
	// Web application firewalls
	{"ModSecurity: ", lazy(`ModSecurity: (.*)$`)},
	{"NAXSI_", lazy(`\bNAXSI_\w+: (.*)$`)},
	// Apache httpd: AH00126: Invalid URI in request …, File does not exist: …
	{"AH0", lazy(`\bAH0\d{4}: (?:Invalid|File does not exist|attempt to|client denied|request failed|client sent|user)(.*)$`)},
	{", referer: ", lazy(`, referer: (.*)$`)},
	// Databases: a statement or its parameters in a log
	{" statement: ", statement},
	{"STATEMENT: ", lazy(`\bSTATEMENT: +(.*)$`)},
	{"arameters: ", lazy(`\b(?:DETAIL: +|-- )[Pp]arameters: (.*)$`)},
	{"xecute ", lazy(`\bexecute [\w<>$]+: (.*)$`)},
	{"Query\t", lazy(`\bQuery\t(.*)$`)},
	{"Executing (", lazy(`\bExecuting \([\w-]+\): (.*)$`)},
	{"prisma:query", lazy(`prisma:query (.*)$`)},
	{"Hibernate: ", lazy(`\bHibernate: (.*)$`)},
	{"binding parameter", lazy(`binding parameter (.*)$`)},
	{"PARAMETERS: ", lazy(`PARAMETERS: (.*)$`)},
	{" Bind(", lazy(`\bBind\(\d+\)(.*)$`)},
	// SQLAlchemy: [generated in 0.0001s] ('x', 1)
	{"[generated in", lazy(`\[generated in [\d.]+s\] (.*)$`)},
	{"[cached since", lazy(`\[cached since [\d.]+s ago\] (.*)$`)},
}

// tails finds what stands behind the words of the tail forms, and behind labels.
func tails(line string) []Span {
	var found []Span
	for _, form := range tailForms {
		if !strings.Contains(line, form.literal) {
			continue
		}
		if m := form.pattern().FindStringSubmatchIndex(line); m != nil && speaks(line[m[2]:]) {
			found = append(found, Span{m[2], len(line)})
		}
	}
	if start := labelled(line); start > 0 {
		found = append(found, Span{start, len(line)})
	}
	return append(found, sqlValues(line)...)
}

// sqlVerb begins a statement; the strings behind it are its values.
var sqlVerb = lazy(`(?i)\b(?:insert into|replace into|merge into|update \S+ set|delete from|select [^'"]{1,400}? from|call \w+\()`)

// sqlWords are of every statement, as they are written.
var sqlWords = []string{"INSERT", "insert", "REPLACE", "MERGE", "UPDATE", "update", "DELETE", "delete", "SELECT", "select", "CALL ", "call "}

// sqlValues are the quoted strings of an SQL statement.
func sqlValues(line string) []Span {
	if !containsAny(line, sqlWords) {
		return nil
	}
	at := sqlVerb().FindStringIndex(line)
	if at == nil {
		return nil
	}
	var found []Span
	for i := at[1]; i < len(line); i++ {
		q := line[i]
		if q != '"' && (q != '\'' || wordByte(line[i-1])) {
			continue
		}
		end := i + 1 + closing(line[i+1:], q, backslashes(line[:i]))
		found = append(found, Span{i + 1, end})
		i = end
	}
	return found
}

func containsAny(s string, words []string) bool {
	for _, word := range words {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}
