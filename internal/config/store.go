package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The settings of what is kept, and of where events come from.

// demoDatabase is gone with the process.
const demoDatabase Secret = "file::memory:"

// complete sets what has a default that depends on other things, and checks the
// secrets. Those are checked here because package flag repeats a value that it
// refuses; the errors below do not.
func (c *Config) complete(environ []string) error {
	var err error
	switch {
	case c.DatabaseURL != "":
		err = checkDatabaseURL(c.DatabaseURL.Reveal())
	case c.Demo:
		c.DatabaseURL = demoDatabase
	default:
		c.DatabaseURL, err = databaseInStateFolder(environ)
	}
	if err != nil {
		return err
	}
	c.EvaluateRetention = min(c.EvaluateRetention, c.Retention)
	if err := c.checkKeys(); err != nil {
		return err
	}
	return c.boundAccounts()
}

// minKey is the least length of a key that others show, in characters: what
// "openssl rand -hex 16" makes, and what Slack's signing secrets have.
const minKey = 32

func (c *Config) checkKeys() error {
	for _, r := range c.EventsKey.Reveal() {
		if r <= ' ' || r > '~' {
			return errors.New("invalid value for events-key: want one word of ASCII letters, digits and signs, as it stands in a header (-h prints all settings)")
		}
	}
	if c.EventsKey != "" && len(c.EventsKey) < minKey {
		return fmt.Errorf("invalid value for events-key: want %d characters or more, such as from: openssl rand -hex 32 "+
			"(-h prints all settings)", minKey)
	}
	if c.SlackSigningSecret != "" && len(c.SlackSigningSecret) < minKey {
		return fmt.Errorf("invalid value for slack-signing-secret: want the signing secret of the Slack app, "+
			"which has %d characters (-h prints all settings)", minKey)
	}
	return nil
}

// anyAccount is what stands in accounts for all that there are.
const anyAccount = "*"

// boundAccounts makes sure that somebody said which accounts are read where the
// account of a reference chooses the role: else whoever may ask could have a role
// assumed in an account of their own, with our external ID, and bring its evidence.
func (c *Config) boundAccounts() error {
	switch {
	case slices.Contains(c.Accounts, anyAccount) && len(c.Accounts) > 1:
		return errors.New("invalid value for accounts: * means every account, so it must be the only value " +
			"(-h prints all settings)")
	case len(c.Accounts) == 0 && strings.Contains(c.AssumeRole, "{account}"):
		return errors.New("assume-role with {account} needs accounts: the IDs of those to read, " +
			"or * for every account whose role lets this server in (-h prints all settings)")
	case slices.Contains(c.Accounts, anyAccount):
		c.Accounts = nil
	}
	return nil
}

func checkDatabaseURL(s string) error {
	file, isFile := strings.CutPrefix(s, "file:")
	u, err := url.Parse(s)
	if isFile && file != "" || err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && strings.HasPrefix(s, u.Scheme+"://") {
		return nil
	}
	return errors.New("invalid value for database-url: want file:PATH for SQLite or postgres://USER:PASSWORD@HOST/DATABASE for PostgreSQL (-h prints all settings)")
}

// databaseInStateFolder is a SQLite file in the user's folder for what programs
// keep. Source: https://specifications.freedesktop.org/basedir/latest/
func databaseInStateFolder(environ []string) (Secret, error) {
	var home, state string
	for _, entry := range environ {
		switch name, value, _ := strings.Cut(entry, "="); name {
		case "HOME":
			home = value
		case "XDG_STATE_HOME":
			state = value
		}
	}
	if !filepath.IsAbs(state) { // as the specification says
		if !filepath.IsAbs(home) {
			return "", errors.New("there is no folder for the database, since neither HOME nor XDG_STATE_HOME is set; say where it is by database-url, such as WHYSTOPPED_DATABASE_URL=file:/var/lib/whystopped/whystopped.db")
		}
		state = filepath.Join(home, ".local", "state")
	}
	path := url.URL{Path: filepath.Join(state, "whystopped", "whystopped.db")}
	return Secret("file:" + path.EscapedPath()), nil
}

const day = 24 * time.Hour

// retentionValue is a duration, also in days.
type retentionValue time.Duration

func (v *retentionValue) String() string {
	d := time.Duration(*v)
	if d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	return d.String()
}

func (v *retentionValue) Set(s string) error {
	const least, most = time.Hour, 3650 * day
	d, err := time.ParseDuration(s)
	if days, isDays := strings.CutSuffix(s, "d"); isDays {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		d = time.Duration(n) * day
	}
	if err != nil || d < least || d > most {
		return errors.New("want a time from 1h to 3650d, such as 90d or 36h")
	}
	*v = retentionValue(d)
	return nil
}

// queueValue is the address of an SQS queue.
type queueValue string

func (v *queueValue) String() string { return string(*v) }

func (v *queueValue) Set(s string) error {
	u, err := url.Parse(s)
	if err != nil || !safe(u) || strings.Count(strings.Trim(u.Path, "/"), "/") == 0 {
		return errors.New("want the URL of an SQS queue, such as https://sqs.eu-west-1.amazonaws.com/111122223333/whystopped-events")
	}
	*v = queueValue(s)
	return nil
}

// apiURLValue is the address below which an API is, with a slash at its end.
type apiURLValue string

func (v *apiURLValue) String() string { return string(*v) }

func (v *apiURLValue) Set(s string) error {
	u, err := url.Parse(s)
	if err != nil || !safe(u) {
		return errors.New("want https:// and the address of Slack's Web API, such as https://slack-gov.com/api/")
	}
	*v = apiURLValue(strings.TrimRight(s, "/") + "/")
	return nil
}

// safe reports whether u is a plain address whose connection nobody can listen
// to: https, or http that stays on this machine.
func safe(u *url.URL) bool {
	if u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	onLoopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && onLoopback
}
