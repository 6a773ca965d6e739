package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// Secret is a setting that nothing prints: not a format, not a log, not JSON.
type Secret string

const hidden = "[hidden]"

// Reveal returns the secret itself, to whoever has to use it.
func (s Secret) Reveal() string { return string(s) }

// String tells only whether there is a secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format writes what String does under every verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// LogValue is String, for logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String, for JSON and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// fileSuffix names the setting that takes a secret from a file.
const fileSuffix = "-file"

func withoutFile(flagName string) string { return strings.TrimSuffix(flagName, fileSuffix) }

// secretVar declares a secret, and with it the setting that reads it from a file.
func secretVar(fs *flag.FlagSet, to *Secret, name, usage string) {
	fs.Var((*secretValue)(to), name, usage)
	fs.Var(&secretFileValue{to: to}, name+fileSuffix, "`path` of a file that holds "+name)
}

// secretValue takes any text: an error about it would show it.
type secretValue Secret

func (v *secretValue) String() string { return Secret(*v).String() }

func (v *secretValue) Set(s string) error {
	*v = secretValue(strings.TrimSpace(s))
	return nil
}

type secretFileValue struct {
	to   *Secret
	path string
}

func (v *secretFileValue) String() string { return v.path }

func (v *secretFileValue) Set(path string) error {
	const longest = 64 << 10
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the secret: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, longest))
	if err != nil {
		return fmt.Errorf("read the secret: %w", err)
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" {
		return errors.New("the file is empty")
	}
	*v.to, v.path = Secret(secret), path
	return nil
}
