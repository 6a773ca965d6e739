package config

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// group is settings that belong together, as -h and docs/settings.md list them.
type group struct {
	title string
	// flags are their names, in the order in which they are read.
	flags []string
}

// groups has every flag once; a test holds that.
var groups = []group{
	{"Basics", []string{"listen", "public-url", "demo", "timeout", "log-level"}},
	{"AWS", []string{"assume-role", "external-id", "accounts", "regions", "trail-log-group"}},
	{"Access", []string{
		"oidc-issuer", "oidc-client-id", "oidc-client-secret", "oidc-scopes", "session-key",
		"alb-arn", "alb-issuer", "alb-client-id", "alb-keys-url", "alb-sign-out-url",
		"allowed-domains", "allowed-groups", "groups-claim", "api-tokens", "metrics-on-loopback",
	}},
	{"Storage", []string{"database-url", "retention", "evaluate-retention", "evaluate-quota"}},
	{"Events", []string{"queue-url", "events-key"}},
	{"Slack", []string{"slack-signing-secret", "slack-bot-token", "slack-channels", "slack-api-url"}},
	{"Limits", []string{"rate-limit", "concurrency-limit", "trusted-proxies"}},
	{"Commands", []string{"new-token", "check"}},
}

// printHelp writes all settings for a terminal and returns ErrHelp.
func printHelp(fs *flag.FlagSet, w io.Writer) error {
	var b strings.Builder
	b.WriteString("whystopped shows why an ECS task stopped, and whose permission was missing.\n\n" +
		"Every setting is a flag and an environment variable; the flag wins. AWS is configured\n" +
		"as in any AWS tool: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, and so on.\n")
	for _, g := range groups {
		b.WriteString("\n" + g.title + "\n")
		for _, name := range g.flags {
			f := fs.Lookup(name)
			value, usage := flag.UnquoteUsage(f)
			fmt.Fprintf(&b, "  %-26s %s\n", strings.TrimSpace("-"+f.Name+" "+value), variableOf(fs, f))
			fmt.Fprintf(&b, "        %s%s\n", usage, defaultOf(f))
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("print the settings: %w", err)
	}
	return ErrHelp
}

// variableOf returns the variable that sets a flag, and its twin that names a
// file.
func variableOf(fs *flag.FlagSet, f *flag.Flag) string {
	switch name := envName(f.Name); {
	case isCommand(f.Name):
		return "(flag only)"
	case fs.Lookup(f.Name+fileSuffix) != nil:
		return name + " or " + name + "_FILE"
	default:
		return name
	}
}

func defaultOf(f *flag.Flag) string {
	if f.DefValue == "" {
		return ""
	}
	return " (default " + f.DefValue + ")"
}
