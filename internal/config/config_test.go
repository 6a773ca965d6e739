package config_test

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/config"
)

// key is long enough for a key.
const key = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// home is what the default of database-url needs.
const home = "HOME=/home/me"

func TestLoad(t *testing.T) {
	defaults := config.Config{
		Listen: "127.0.0.1:8080", Timeout: 10 * time.Second, LogLevel: slog.LevelInfo,
		DatabaseURL: "file:/home/me/.local/state/whystopped/whystopped.db", Retention: 90 * 24 * time.Hour, EvaluateRetention: 7 * 24 * time.Hour, EvaluateQuota: 200, SlackAPIURL: "https://slack.com/api/",
		Access: config.Access{GroupsClaim: "groups", RateLimit: 50, ConcurrencyLimit: 1024},
	}
	with := func(change func(*config.Config)) config.Config {
		c := defaults
		change(&c)
		return c
	}
	tests := []struct {
		name     string
		args     []string
		environ  []string
		want     config.Config
		warnings []string
	}{
		{name: "nothing set", environ: []string{"AWS_REGION=eu-west-1"}, want: defaults},
		{
			name: "all flags",
			args: []string{
				"-listen", ":0", "-demo", "-timeout", "30s", "-public-url=https://why.example.com/ecs/", "--log-level", "DEBUG",
				"-assume-role", "arn:{partition}:iam::{account}:role/ops/reader", "-external-id=ours:1",
				"-accounts", "111122223333, 444455556666", "-regions=eu-west-1,us-gov-west-1", "-trail-log-group", "trail/all",
				"-database-url", "postgres://me:pass@db/whystopped", "-retention=36h", "-evaluate-retention=2d", "-evaluate-quota=0", "-events-key", key, "-slack-api-url=https://slack-gov.com/api",
				"-queue-url", "https://sqs.eu-west-1.amazonaws.com/111122223333/whystopped-events",
				"-oidc-issuer=https://login.example.com", "-oidc-client-id=why", "-oidc-client-secret=s", "-oidc-scopes=groups, api://why/read", "-session-key=new,old",
				"-alb-arn=arn", "-alb-issuer=https://login.example.com/", "-alb-client-id=lb", "-alb-keys-url=https://keys.example.com", "-alb-sign-out-url=https://login.example.com/out",
				"-allowed-domains=example.com, sub.example.org", "-allowed-groups=site reliability,/ops", "-groups-claim=cognito:groups",
				"-api-tokens=ci:read:0", "-metrics-on-loopback", "-trusted-proxies=1", "-rate-limit=0", "-concurrency-limit=7",
			},
			want: config.Config{
				Listen: ":0", Demo: true, Timeout: 30 * time.Second, PublicURL: "https://why.example.com/ecs", LogLevel: slog.LevelDebug,
				AssumeRole: "arn:{partition}:iam::{account}:role/ops/reader", ExternalID: "ours:1",
				Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"eu-west-1", "us-gov-west-1"}, TrailLogGroup: "trail/all",
				DatabaseURL: "postgres://me:pass@db/whystopped", Retention: 36 * time.Hour, EvaluateRetention: 36 * time.Hour, EventsKey: key, SlackAPIURL: "https://slack-gov.com/api/",
				QueueURL: "https://sqs.eu-west-1.amazonaws.com/111122223333/whystopped-events",
				Access: config.Access{
					OIDCIssuer: "https://login.example.com", OIDCClientID: "why", OIDCClientSecret: "s", OIDCScopes: []string{"groups", "api://why/read"}, SessionKeys: "new,old",
					ALBARN: "arn", ALBIssuer: "https://login.example.com/", ALBClientID: "lb", ALBKeysURL: "https://keys.example.com", ALBSignOutURL: "https://login.example.com/out",
					AllowedDomains: []string{"example.com", "sub.example.org"}, AllowedGroups: []string{"site reliability", "/ops"}, GroupsClaim: "cognito:groups",
					APITokens: "ci:read:0", MetricsOnLoopback: true, TrustedProxies: 1, ConcurrencyLimit: 7,
				},
			},
		},
		{
			name: "all variables",
			environ: []string{
				"WHYSTOPPED_LISTEN=[::1]:0", "WHYSTOPPED_DEMO=1", "WHYSTOPPED_TIMEOUT=1m", "WHYSTOPPED_PUBLIC_URL=http://why:80", "WHYSTOPPED_LOG_LEVEL=warn",
				"WHYSTOPPED_ASSUME_ROLE=arn:aws:iam::111122223333:role/reader", "WHYSTOPPED_EXTERNAL_ID=ours", "WHYSTOPPED_ACCOUNTS=111122223333",
				"WHYSTOPPED_REGIONS=eu-west-1", "WHYSTOPPED_TRAIL_LOG_GROUP=arn:aws:logs:us-east-1:111122223333:log-group:trail:*",
				"WHYSTOPPED_DATABASE_URL=file:here.db", "WHYSTOPPED_RETENTION=7d", "WHYSTOPPED_EVALUATE_RETENTION=1h", "WHYSTOPPED_EVALUATE_QUOTA=10", "WHYSTOPPED_EVENTS_KEY= " + key + " ", "WHYSTOPPED_SLACK_API_URL=http://127.0.0.1:1/api/",
				"WHYSTOPPED_QUEUE_URL=http://localhost:5000/123456789012/events",
				"WHYSTOPPED_OIDC_ISSUER=http://127.0.0.1:5556/dex", "WHYSTOPPED_ALLOWED_DOMAINS=*", "WHYSTOPPED_API_TOKENS=# CI\nci:read:0", "WHYSTOPPED_RATE_LIMIT=1",
			},
			want: config.Config{
				Listen: "[::1]:0", Demo: true, Timeout: time.Minute, PublicURL: "http://why:80", LogLevel: slog.LevelWarn,
				AssumeRole: "arn:aws:iam::111122223333:role/reader", ExternalID: "ours", Accounts: []string{"111122223333"},
				Regions: []string{"eu-west-1"}, TrailLogGroup: "arn:aws:logs:us-east-1:111122223333:log-group:trail:*",
				DatabaseURL: "file:here.db", Retention: 7 * 24 * time.Hour, EvaluateRetention: time.Hour, EvaluateQuota: 10, EventsKey: key, SlackAPIURL: "http://127.0.0.1:1/api/",
				QueueURL: "http://localhost:5000/123456789012/events",
				Access: config.Access{
					OIDCIssuer: "http://127.0.0.1:5556/dex", AllowedDomains: []string{"*"}, GroupsClaim: "groups", APITokens: "# CI\nci:read:0", RateLimit: 1, ConcurrencyLimit: 1024,
				},
			},
		},
		{
			name: "every account, as somebody says",
			args: []string{"-assume-role=arn:aws:iam::{account}:role/reader", "-accounts=*"},
			want: with(func(c *config.Config) { c.AssumeRole = "arn:aws:iam::{account}:role/reader" }),
		},
		{
			name: "the same account each time",
			args: []string{"-assume-role=arn:{partition}:iam::111122223333:role/reader"},
			want: with(func(c *config.Config) { c.AssumeRole = "arn:{partition}:iam::111122223333:role/reader" }),
		},
		{
			name:    "the flag wins, even over a bad variable",
			args:    []string{"-timeout=2s"},
			environ: []string{"WHYSTOPPED_TIMEOUT=never", "WHYSTOPPED_DEMO=true"},
			want:    with(func(c *config.Config) { c.Timeout, c.Demo, c.DatabaseURL = 2*time.Second, true, "file::memory:" }),
		},
		{
			name:    "an empty variable is not set",
			environ: []string{"WHYSTOPPED_TIMEOUT=", "WHYSTOPPED_DEMO="},
			want:    defaults,
		},
		{
			name:     "variables that are none of ours",
			environ:  []string{"WHYSTOPPED_TIMOUT=3s", "WHYSTOPPED_PUBLIC-URL=x", "WHYSTOPPED_listen=:1", "WHYSTOPPED_CHECK=1", "WHYSTOPPED_NEW_TOKEN=ci:read"},
			want:     defaults,
			warnings: []string{"WHYSTOPPED_CHECK", "WHYSTOPPED_NEW_TOKEN", "WHYSTOPPED_PUBLIC-URL", "WHYSTOPPED_TIMOUT", "WHYSTOPPED_listen"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, warnings, err := config.Load(test.args, append(test.environ, home), io.Discard)
			if err != nil {
				t.Fatalf("Load: %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			for i, w := range warnings {
				warnings[i], _, _ = strings.Cut(w, " ")
			}
			if diff := cmp.Diff(test.warnings, warnings); diff != "" {
				t.Errorf("warned of (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		environ []string
		says    string
	}{
		{"an unknown flag", []string{"-listne=:1"}, nil, "-listne"},
		{"an argument", []string{"serve"}, nil, `"serve"`},
		{"no value", []string{"-timeout"}, nil, "-timeout"},
		{"an address without port", []string{"-listen=localhost"}, nil, "host:port"},
		{"a port that is none", []string{"-listen=:http"}, nil, "65535"},
		{"a timeout without unit", []string{"-timeout=10"}, nil, "such as 10s"},
		{"a timeout of nothing", []string{"-timeout=0s"}, nil, "1s to 5m"},
		{"a URL without scheme", []string{"-public-url=why.example.com"}, nil, "https://"},
		{"a URL with a password", []string{"-public-url=https://me:pass@why.example.com"}, nil, "https://"},
		{"a level that is none", []string{"-log-level=loud"}, nil, "debug, info"},
		{"a role without account", []string{"-assume-role=arn:aws:iam:::role/reader"}, nil, "{account}"},
		{"a role of a made-up partition", []string{"-assume-role=arn:aws-evil:iam::111122223333:role/reader"}, nil, "arn:{partition}"},
		{"a role by its name", []string{"-assume-role=reader"}, nil, "{account}"},
		{"a user in a role's place", []string{"-assume-role=arn:aws:iam::{account}:user/me"}, nil, "role"},
		{"a placeholder of nobody's", []string{"-assume-role=arn:aws:iam::{account}:role/{region}"}, nil, "role"},
		{"a role in any account", []string{"-assume-role=arn:aws:iam::{account}:role/reader"}, nil, "needs accounts"},
		{"a role in any account, by variables", nil, []string{"WHYSTOPPED_ASSUME_ROLE=arn:{partition}:iam::{account}:role/reader", "WHYSTOPPED_ACCOUNTS="}, "needs accounts"},
		{"every account and another", []string{"-accounts=*,111122223333"}, nil, "*"},
		{"an external id with a space", []string{"-external-id=a b"}, nil, "letters"},
		{"an account that is too short", []string{"-accounts=111122223333,4444"}, nil, "12 digits"},
		{"an empty entry", []string{"-accounts=111122223333,"}, nil, "12 digits"},
		{"a zone in a Region's place", []string{"-regions=eu-west-1a"}, nil, "eu-west-1"},
		{"the ARN of a bucket", []string{"-trail-log-group=arn:aws:s3:::trail"}, nil, "log group"},
		{"a log group with a space", []string{"-trail-log-group=a b"}, nil, "log group"},
		{"a time that is too short", []string{"-retention=59m"}, nil, "90d"},
		{"a time that is too long", []string{"-retention=3651d"}, nil, "90d"},
		{"a time that is too short for what was brought", []string{"-evaluate-retention=1m"}, nil, "1h"},
		{"a quota below none", []string{"-evaluate-quota=-1"}, nil, "0 to"},
		{"days with a fraction", []string{"-retention=1.5d"}, nil, "90d"},
		{"a queue's ARN", []string{"-queue-url=arn:aws:sqs:eu-west-1:111122223333:whystopped-events"}, nil, "https://sqs."},
		{"a queue that others can listen to", []string{"-queue-url=http://sqs.eu-west-1.amazonaws.com/111122223333/whystopped-events"}, nil, "https://sqs."},
		{"a queue without a name", []string{"-queue-url=https://sqs.eu-west-1.amazonaws.com/111122223333/"}, nil, "https://sqs."},
		{"Slack where others can listen", []string{"-slack-api-url=http://slack.com/api/"}, nil, "https://"},
		{"a domain with an @", []string{"-allowed-domains=@example.com"}, nil, "example.com"},
		{"an empty group", []string{"-allowed-groups=sre,"}, nil, "groups"},
		{"a scope with a quote", []string{`-oidc-scopes="groups"`}, nil, "scopes"},
		{"less than no proxies", []string{"-trusted-proxies=-1"}, nil, "0 to 16"},
		{"a rate in words", []string{"-rate-limit=10/s"}, nil, "0 to"},
		{"a bad variable", nil, []string{"WHYSTOPPED_TIMEOUT=soon"}, "WHYSTOPPED_TIMEOUT"},
		{"a bad truth", nil, []string{"WHYSTOPPED_DEMO=perhaps"}, "WHYSTOPPED_DEMO"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := config.Load(test.args, append(test.environ, home), io.Discard)
			if err == nil || errors.Is(err, config.ErrHelp) {
				t.Fatalf("error = %v, want one about the setting", err)
			}
			if got := err.Error(); !strings.Contains(got, test.says) || strings.Contains(got, "\n") {
				t.Errorf("error = %q, want one line with %q", got, test.says)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	var help strings.Builder
	_, _, err := config.Load([]string{"-h"}, nil, &help)
	if !errors.Is(err, config.ErrHelp) {
		t.Fatalf("error = %v, want ErrHelp", err)
	}
	for _, want := range []string{
		"-listen address", "WHYSTOPPED_LISTEN", "default 127.0.0.1:8080",
		"-demo", "WHYSTOPPED_DEMO",
		"-timeout duration", "WHYSTOPPED_TIMEOUT", "default 10s",
		"-public-url URL", "WHYSTOPPED_PUBLIC_URL",
		"-log-level level", "WHYSTOPPED_LOG_LEVEL", "default info",
		"-assume-role ARN", "WHYSTOPPED_ASSUME_ROLE", "-external-id ID", "WHYSTOPPED_EXTERNAL_ID",
		"-accounts accounts", "WHYSTOPPED_ACCOUNTS", "-regions Regions", "WHYSTOPPED_REGIONS", "-trail-log-group group", "WHYSTOPPED_TRAIL_LOG_GROUP",
		"-database-url URL", "WHYSTOPPED_DATABASE_URL", "WHYSTOPPED_DATABASE_URL_FILE", "-retention time", "WHYSTOPPED_RETENTION", "default 90d",
		"-events-key key", "WHYSTOPPED_EVENTS_KEY", "WHYSTOPPED_EVENTS_KEY_FILE", "-queue-url URL", "WHYSTOPPED_QUEUE_URL",
		"-slack-api-url URL", "WHYSTOPPED_SLACK_API_URL", "default https://slack.com/api/",
		"-oidc-issuer URL", "WHYSTOPPED_OIDC_CLIENT_SECRET_FILE", "-allowed-domains domains", "-rate-limit number", "default 50", "-check", "(flag only)", "\nBasics\n", "\nLimits\n",
	} {
		if !strings.Contains(help.String(), want) {
			t.Errorf("help lacks %q:\n%s", want, help.String())
		}
	}
}
