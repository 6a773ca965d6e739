package redact

import "strings"

// positional are functions of which a secret is an argument by its place alone.
// PHP's stack traces have all arguments.
var positional = []struct {
	names []string
	place int
}{
	{[]string{
		"mysqli_connect(", "mysql_connect(", "mysql_pconnect(", "mysqli->__construct(", "mysqli->real_connect(", "mysqli(",
		"pdo->__construct(", "pdo(", "dbi->connect(", "dbi.connect(", "drivermanager.getconnection(", "imap_open(",
		"ldap_bind(", "ftp_login(", "ssh2_auth_password(",
	}, 2},
	{[]string{"redis->auth("}, 0},
}

// ofCalls returns the triggers of those functions.
func ofCalls() []literal {
	var out []literal
	for _, p := range positional {
		for _, name := range p.names {
			out = append(out, calls(argument(len(name), p.place), name)...)
		}
	}
	return out
}

// argument is the rule of an argument at a place, of a function whose name and
// parenthesis have a length.
func argument(length, place int) rule {
	return func(c *cursor, start int) []replacement {
		if !c.begins(start) {
			return nil
		}
		at := start + length
		for range place {
			if at = c.nextArgument(at); at == 0 {
				return nil
			}
		}
		from, end, ok := c.literal(c.span(at, isSpace))
		if !ok || harmless(c.text[from:end]) {
			return nil
		}
		return replace(from, end, "password")
	}
}

// nextArgument returns where the argument behind the one at i begins, or 0.
func (c *cursor) nextArgument(i int) int {
	i = c.span(i, isSpace)
	if _, end, ok := c.literal(i); ok {
		i = end + 1
	}
	near := c.ahead(i, maxLogin/2)
	comma := strings.IndexAny(near, ",\n)")
	for comma >= 0 && near[comma] == ')' && strings.HasPrefix(near[comma:], "),") { // Resource(1),
		comma++
	}
	if comma < 0 || near[comma] != ',' {
		return 0
	}
	return i + comma + 1
}
