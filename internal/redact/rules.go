package redact

import (
	"slices"
	"strings"
)

// triggers calls the rules. It is made once and only read.
var triggers = newMatcher(slices.Concat(
	calls(keyed, nameWords...),
	shapeLiterals(),
	calls(accessKeyID, "akia", "asia"),
	calls(jwt, "eyj"),
	calls(privateKey, "-----begin "),
	calls(bearer, "bearer"),
	calls(basicLogin, "basic"),
	calls(urlPassword, "://"),
	calls(goPassword, "@tcp(", "@unix("),
	calls(oraclePassword, "jdbc:oracle:"),
	calls(sqlPassword, "identified by", "password '"),
))

func calls(find rule, texts ...string) []literal {
	var out []literal
	for _, text := range texts {
		out = append(out, literal{text, find})
	}
	return out
}

// shapeLiterals makes a trigger of the prefix of every shape.
func shapeLiterals() []literal {
	var out []literal
	for _, sh := range shapes {
		out = append(out, literal{strings.ToLower(sh.prefix), sh.find})
	}
	return out
}
