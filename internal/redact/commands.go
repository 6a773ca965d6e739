package redact

import "strings"

// command is a program with options that a secret follows, and no name that says
// so.
type command struct {
	names   []string
	after   map[string]bool // the words that a name follows, if it is no program's by itself
	label   string          // of the secrets, unless they are passwords
	wraps   bool            // another command follows, whose options are its own
	options []option
}

// option is a flag and how its value follows it.
type option struct {
	flag     string
	attached bool   // -pVALUE
	separate bool   // -p VALUE, -p=VALUE
	behind   string // of the value, what the secret stands behind, as in USER:PASSWORD
}

var commands = []command{
	// A separate word is a database.
	{names: []string{"mysql", "mariadb"}, options: []option{{flag: "-p", attached: true}}},
	{names: []string{"redis-cli", "valkey-cli"}, options: []option{{flag: "-a", separate: true}}},
	{names: []string{"sshpass"}, wraps: true, options: []option{{flag: "-p", attached: true, separate: true}}},
	{names: []string{"ldap"}, options: []option{{flag: "-w", attached: true, separate: true}}},
	{names: []string{"psexec", "cqlsh", "mongo", "rabbitmqadmin"}, options: []option{{flag: "-p", separate: true}}},
	{names: []string{"sqlcmd", "bcp", "isql"}, options: []option{{flag: "-P", attached: true, separate: true}}},
	{names: []string{"smbclient", "rpcclient"}, options: []option{
		{flag: "-U", attached: true, separate: true, behind: "%"},
	}},
	{names: []string{"zip", "unzip"}, options: []option{{flag: "-P", separate: true}}},
	{names: []string{"7z"}, options: []option{{flag: "-p", attached: true}}},
	{names: []string{"openssl"}, options: []option{
		{flag: "-pass", separate: true, behind: "pass:"},
		{flag: "-passin", separate: true, behind: "pass:"},
		{flag: "-passout", separate: true, behind: "pass:"},
		{flag: "-k", separate: true},
	}},
	{names: []string{"curl"}, options: logins("-u", "--user", "-U", "--proxy-user")},
	{names: []string{"skopeo"}, options: logins("--creds", "--src-creds", "--dest-creds")},
	{
		names:   []string{"login"},
		after:   set("docker", "podman", "nerdctl", "buildah", "registry", "oras", "auth", "acr", "az", "skopeo"),
		label:   registryLogin,
		options: []option{{flag: "-p", attached: true, separate: true}},
	},
}

// logins returns options whose values are USER:PASSWORD.
func logins(flags ...string) []option {
	var out []option
	for _, f := range flags {
		out = append(out, option{flag: f, attached: len(f) == len("-u"), separate: true, behind: ":"})
	}
	return out
}

// ofCommands returns the triggers of the commands.
func ofCommands() []literal {
	var out []literal
	for i := range commands {
		out = append(out, calls(commands[i].find, commands[i].names...)...)
	}
	return out
}

// find finds the secrets among the arguments of the command at start.
func (d *command) find(c *cursor, start int) []replacement {
	if start < c.args || !c.begins(start) || d.after != nil && !d.after[wordBefore(c.behind(start, maxName))] {
		return nil
	}
	var found []replacement
	args := arguments{text: c.ahead(start, maxLogin)}
	for before := ""; args.next(); before = args.text[args.start:args.end] {
		from, to, has := d.secret(before, args.text[args.start:args.end])
		if from < to {
			found = append(found, replace(start+args.start+from, start+args.start+to, d.labelled())...)
		}
		if has && d.wraps {
			break
		}
	}
	if found == nil {
		c.args = start + args.at
	}
	return found
}

func (d *command) labelled() string {
	if d.label != "" {
		return d.label
	}
	return "password"
}

// wordBefore returns the last word of s.
func wordBefore(s string) string {
	s = strings.TrimRight(s, " \t\"',")
	return s[strings.LastIndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })+1:]
}

// secret returns the secret in an argument that stands behind another, and reports
// whether it has the value of an option, be that a secret or not.
func (d *command) secret(before, arg string) (from, to int, has bool) {
	for _, o := range d.options {
		value, ok := o.value(before, arg)
		if !ok {
			continue
		}
		to = len(arg)
		if n := len(value); n > 2 && isQuote(value[0]) && value[n-1] == value[0] {
			value, to = value[1:n-1], to-1
		}
		if _, value, ok = strings.Cut(value, o.behind); !ok || harmless(value) {
			return 0, 0, true
		}
		return to - len(value), to, true
	}
	return 0, 0, false
}

// value returns the value that an argument is or has for the option.
func (o option) value(before, arg string) (string, bool) {
	rest, has := strings.CutPrefix(arg, o.flag)
	switch {
	case o.separate && before == o.flag && !strings.HasPrefix(arg, "-"):
		return arg, true
	case o.separate && has && strings.HasPrefix(rest, "="):
		return rest[1:], true
	default:
		return rest, o.attached && has && rest != ""
	}
}

// commandOf returns the command that a word names, behind another: with its path,
// and with what belongs to its names, as in /usr/bin/mysqldump or ldapsearch.
func commandOf(before, word string) *command {
	word = lowerASCII(word[strings.LastIndexAny(word, `/\`)+1:])
	for i := range commands {
		for _, name := range commands[i].names {
			if strings.HasPrefix(word, name) && (commands[i].after == nil || commands[i].after[before]) {
				return &commands[i]
			}
		}
	}
	return nil
}

// arguments are the words of a command line, of a shell or in a list.
type arguments struct {
	text           string
	at, start, end int // of the last word
}

// next goes to the next word and reports whether there is one. A command ends
// with its line, unless a backslash takes it on, and where another begins.
func (a *arguments) next() bool {
	for a.at < len(a.text) {
		switch rest := a.text[a.at:]; {
		case isBlank(rest[0]) || rest[0] == ',':
			a.at++
		case strings.HasPrefix(rest, "\\\n"), strings.HasPrefix(rest, `",`), strings.HasPrefix(rest, `',`):
			a.at += 2
		case strings.IndexByte("\n\r|;&`", rest[0]) >= 0, strings.HasPrefix(rest, `\n`), strings.HasPrefix(rest, `\"`):
			return false
		default:
			return a.word()
		}
	}
	return false
}

// word reads the word at a.at: what is in quotes, or what goes up to a blank and
// may have a part in quotes.
func (a *arguments) word() bool {
	a.start = a.at
	if n := a.quoted(a.at); n > 0 {
		a.start, a.end, a.at = a.at+1, a.at+n-1, a.at+n
		return true
	}
	for a.at < len(a.text) && a.text[a.at] > ' ' && strings.IndexByte("`;|", a.text[a.at]) < 0 {
		n := a.quoted(a.at)
		if n == 0 && isQuote(a.text[a.at]) {
			break
		}
		a.at += max(n, 1)
	}
	a.end = a.at
	return a.end > a.start
}

// quoted returns the length of the quoted part that begins at i, or 0. Behind a
// quote that ends something stands a blank or a bracket.
func (a *arguments) quoted(i int) int {
	if !isQuote(a.text[i]) || i+1 == len(a.text) || strings.IndexByte(" ,]})\n\r", a.text[i+1]) >= 0 {
		return 0
	}
	n := strings.IndexAny(a.text[i+1:], string(a.text[i])+"\n")
	if n < 0 || a.text[i+1+n] == '\n' {
		return 0
	}
	return n + 2
}
