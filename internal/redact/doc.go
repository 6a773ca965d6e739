// Package redact removes secrets from text before it is stored, shown, logged, or
// sent. Start with Text. Each secret is replaced with a placeholder that says what it
// was, such as "[redacted: AWS session token]".
//
// What explains a stopped task stays: ARNs, account and task ids, request ids,
// image digests, role and log stream names, hosts, ports and users, encoded
// authorization failure messages, and the names of variables, secrets and
// parameters.
//
// # How a text is read
//
// A [view] is the text without the sequences that a terminal does not show,
// \x1b[36mpassword=\x1b[0mx, so that no rule has to know of them. One automaton,
// [matcher], looks in it for words that can stand at a secret, the triggers:
// "password", "eyJ", "://". A text without any costs one table look-up a byte.
// Where it finds one, it asks the [rule] of the trigger, which reads the text
// around by a [cursor] and gives the secrets as [replacement]s of the view. The
// view writes them into the text that it was made of. A text with secrets is
// read once more, to see that none is left ([Text]); so what was redacted does
// not change when it is redacted again.
//
// Each rule reads a bounded piece of the text, so that the work is linear in its
// length whatever is in it. What may be long, such as a list, is looked through
// once (cursor.read, cursor.args).
//
// # Secrets that are known by what they look like
//
//   - by how they begin: makers.go (ghp_…), pem.go (-----BEGIN, MIIEvQ…), hashes
//     and tokens in tokens.go, AKIA… in awskeys.go;
//   - by letters at a fixed place in them: marks.go;
//   - by what stands around them: urls.go (scheme://USER:x@HOST), commands.go
//     (mysql -px), calls.go (mysqli_connect("host", "user", "x")), sql.go
//     (IDENTIFIED BY 'x'), and messages.go, the sentences in which programs quote
//     what they cannot use (invalid port ":x" after host).
//
// # Secrets that are known by their name
//
// The rule [keyed] reads, around a word such as "pass",
//
//	"db_password"   :    "x"       "DB_PASSWORD", "type": "y", "value": "x"
//	name         closing sign value     name       neighbor      neighbor
//
// The name ([cursor.name]) is the identifier around the word. Its words tell of
// which [kind] the secret is ([classify], vocabulary.go) and whether the name
// says that it is something about a secret instead: secretArn, TOKEN_URL.
//
// The bond ([cursor.bond]) is what ties a value to the name:
//
//	signed     NAME=x  "name": "x"  name := "x"  name => "x"  name?: "x"  ?name%3Dx
//	listed     ["--name", "x"]  ('name', 'x')  {"name": "NAME", "value": "x"}
//	enclosed   Name{"x"}  setName("x")  Credential("user", "x")
//	element    <name>x</name>  <property name="NAME">x</property>
//	spaced     --name x  :name "x"  name "x";  NAME<tab>x  the name for y is x
//
// It also tells the [manner] in which they stand together, for the same words
// introduce errors and lists of names: a firm bond, prose ("token: AccessDenied"),
// paired ("password", "username"), or apart (a table, a sentence, the line below).
//
// Then the values are read ([cursor.valuesAt]), mostly one:
//
//	literal    "x"  b'x'  \"x\"  &quot;x&quot;           between two quotes
//	wrapped    Some("x")  Secret(x)  Optional[x]         in what a language writes around it
//	structured ["x", "y"]  {"value": "x"}  map[k:[x]]    in a list or an object, however deep
//	below      name: |⏎  x    NAME=⏎x                    in the lines that follow
//	bare       x                                         up to the ending: a delimiter, a blank
//
// Judges (judge.go) say at last, by kind and manner, whether a value is a secret:
// a reference (${NAME}, arn:…), a status ("denied", "null") and what is masked
// already are none, and "apart" wants a value that looks random by itself.
//
// # What else calls the rules
//
// [Lines] reads a log's lines as one text, [Words] the words of a command,
// [Value] a member whose name is known, and [Tree] what JSON was decoded to.
package redact
