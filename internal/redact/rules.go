package redact

import (
	"slices"
	"strings"
)

// triggers calls the rules. It is made once and only read.
var triggers = newMatcher(slices.Concat(
	calls(keyed, nameWords...),
	madeBy(),
	calls(accessKeyID, "akia", "asia", "abia", "acca", "a3t"),
	calls(jwt, "eyj"),
	calls(marked(azureSecret), "q~"),
	calls(marked(terraformToken), ".atlasv1."),
	calls(marked(newRelicLicense), "nral"),
	calls(marked(maxMindLicense), "_mmk"),
	calls(telegramToken, ":aa"),
	calls(marked(onePasswordKey), "a3-"),
	calls(discordToken, discordHeads()...),
	calls(passwordHash, hashHeads...),
	calls(encodedKey, encodedMarks...),
	ofKeys(),
	calls(bearer, "bearer"),
	calls(basicLogin, "basic"),
	calls(urlPassword, "://"),
	calls(escapedURL, "%3a%2f%2f"),
	calls(barePassword, "@"),
	calls(goPassword, "@tcp(", "@unix("),
	calls(oraclePassword, "jdbc:oracle:"),
	calls(sqlPassword, "identified by", "identified with", "password '", "password e'"),
	calls(sqlValues, "values (", "values("),
	calls(sqlplusPassword, "sqlplus "),
	calls(smtpLogin, "auth plain ", "auth login "),
	calls(netrcPassword, "machine ", "default login "),
	ofMessages(),
	ofCommands(),
	ofCalls(),
))

func calls(find rule, texts ...string) []literal {
	var out []literal
	for _, text := range texts {
		out = append(out, literal{strings.ToLower(text), find})
	}
	return out
}
