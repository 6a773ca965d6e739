package redact_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/redact"
)

// leaked is a made-up password, and long, a key.
const (
	leaked = "Hunter2xyz!"
	long   = "k7Qw9Zr2Lm4Xv6Bn8Tp1"
)

// pemBlock is a private key in its block, for no scanner in one piece.
const pemBlock = "-----BEGIN RSA PRIVATE " + "KEY-----\n" + base64Line + "\n" + base64Line + "\nabcdEFGH12==\n-----END RSA PRIVATE " + "KEY-----"

const (
	esc   = "\x1b["
	reset = "\x1b[0m"
)

// TestColours is what coloured loggers print: the sequences stay, and what is
// between them is read as if they were not there.
func TestColours(t *testing.T) {
	check(t, []replaced{
		{"zerolog, tint, charm", esc + "36mpassword=" + reset + leaked, esc + "36mpassword=" + reset + "[redacted: password]"},
		{"structlog", esc + "36mdb_password" + reset + "=" + esc + "35m" + leaked + reset + " " + esc + "36mport" + reset + "=80", esc + "36mdb_password" + reset + "=" + esc + "35m[redacted: password]" + reset + " " + esc + "36mport" + reset + "=80"},
		{"Rust's tracing", esc + "3mpassword" + reset + esc + "2m=" + reset + `"` + leaked + `"`, esc + "3mpassword" + reset + esc + "2m=" + reset + `"[redacted: password]"`},
		{"Node's inspect", "{ password: " + esc + "32m'" + leaked + "'" + esc + "39m, port: " + esc + "33m80" + esc + "39m }", "{ password: " + esc + "32m'[redacted: password]'" + esc + "39m, port: " + esc + "33m80" + esc + "39m }"},
		{"jq", "{\n  " + esc + "34;1m\"password\"" + reset + esc + "1;39m:" + reset + " " + esc + "0;32m\"" + leaked + "\"" + reset + "\n}", "{\n  " + esc + "34;1m\"password\"" + reset + esc + "1;39m:" + reset + " " + esc + "0;32m\"[redacted: password]\"" + reset + "\n}"},
		{"grep, in a name", "DB_" + esc + "01;31m" + esc + "Kpass" + esc + "m" + esc + "Kword=" + leaked, "DB_" + esc + "01;31m" + esc + "Kpass" + esc + "m" + esc + "Kword=[redacted: password]"},
		{"in a token", "ghp_" + long[:10] + esc + "7m" + long + reset + long[:6], "[redacted: GitHub token]"},
		{"behind a word", esc + "32mINFO" + reset + "ghp_" + long + long, esc + "32mINFO" + reset + "[redacted: GitHub token]"},
		{"in a URL", "postgres://app:" + esc + "31m" + leaked + reset + "@db:5432/app", "postgres://app:" + esc + "31m[redacted: password]" + reset + "@db:5432/app"},
		{"character sets and cursors", "\x1b(Bpassword\x1b[K=\x1b[1G" + leaked, "\x1b(Bpassword\x1b[K=\x1b[1G[redacted: password]"},
		{"CSI in one character", "password=\u009b31m" + leaked + "\u009b0m", "password=\u009b31m[redacted: password]\u009b0m"},
		{"written in JSON", `{"log":"\u001b[36mpassword=\u001b[0m` + leaked + `\u001b[0m"}`, `{"log":"\u001b[36mpassword=\u001b[0m[redacted: password]\u001b[0m"}`},
		{"written by others", `\x1b[36mpassword=\x1b[0m` + leaked + " \\033[36mtoken=\\033[0m" + long + " ^[[36msecret=^[[0m" + long + " #033[36mpwd=#033[0m" + leaked, `\x1b[36mpassword=\x1b[0m[redacted: password] \033[36mtoken=\033[0m[redacted: token] ^[[36msecret=^[[0m[redacted: secret] #033[36mpwd=#033[0m[redacted: password]`},
		{"without their ESC", "[36mpassword=[0m" + leaked + "[0m next", "[36mpassword=[0m[redacted: password][0m next"},
		{"a link", "\x1b]8;;https://app:" + leaked + "@git.example.com\x1b\\text\x1b]8;;\x1b\\", "\x1b]8;;https://app:[redacted: password]@git.example.com\x1b\\text\x1b]8;;\x1b\\"},
		{"a title", "\x1b]0;token=" + long + "\x07rest", "\x1b]0;token=[redacted: token]\x07rest"},
		{"an ESC before a secret", "password=\x1b" + leaked, "password=\x1b[redacted: password]"},
	})
}

func TestHeaderForms(t *testing.T) {
	check(t, []replaced{
		{"Go", "map[Accept:[*/*] Authorization:[Bearer " + long + "] Cookie:[sid=" + long + "; a=b] X-Api-Key:[" + long + "]]", "map[Accept:[*/*] Authorization:[Bearer [redacted: authorization header]] Cookie:[[redacted: cookie]] X-Api-Key:[[redacted: key]]]"},
		{"gRPC", "metadata: map[:authority:[api:443] x-api-key:[" + leaked + "] x-token:[" + leaked + "]]", "metadata: map[:authority:[api:443] x-api-key:[[redacted: key]] x-token:[[redacted: token]]]"},
		{"Java", "{Accept=[*/*], x-api-key=[" + leaked + "], Host=[a]}", "{Accept=[*/*], x-api-key=[[redacted: key]], Host=[a]}"},
		{"Python's tuples", "[('accept', '*/*'), ('x-api-key', '" + leaked + "'), ('host', 'a')]", "[('accept', '*/*'), ('x-api-key', '[redacted: key]'), ('host', 'a')]"},
		{"ASGI", "[(b'host', b'a'), (b'authorization', b'Bearer " + long + "')]", "[(b'host', b'a'), (b'authorization', b'Bearer [redacted: authorization header]')]"},
		{"Node", "rawHeaders: [\n  'Host',\n  'a',\n  'X-Api-Key',\n  '" + leaked + "',\n  'Accept',\n  '*/*'\n]", "rawHeaders: [\n  'Host',\n  'a',\n  'X-Api-Key',\n  '[redacted: key]',\n  'Accept',\n  '*/*'\n]"},
		{"cookies of Django", "cookies: {'sessionid': '" + leaked + "', 'csrftoken': '" + leaked + "'}", "cookies: {'sessionid': '[redacted: cookie]', 'csrftoken': '[redacted: token]'}"},
		{"Spring", `[Accept:"*/*", X-Api-Key:"` + leaked + `"]`, `[Accept:"*/*", X-Api-Key:"[redacted: key]"]`},
		{"nginx", `proxy_set_header X-Api-Key "` + leaked + `";`, `proxy_set_header X-Api-Key "[redacted: key]";`},
	})
}

func TestLanguageForms(t *testing.T) {
	check(t, []replaced{
		{"Rust's Some", `Config { user: "app", password: Some("` + leaked + `"), port: 80 }`, `Config { user: "app", password: Some("[redacted: password]"), port: 80 }`},
		{"Rust's wrapper", "Config { password: Secret(" + leaked + "), port: 80 }", "Config { password: Secret([redacted: password]), port: 80 }"},
		{"Java's Optional", "Config(user=app, password=Optional[" + leaked + "], port=80)", "Config(user=app, password=Optional[[redacted: password]], port=80)"},
		{"TypeScript", `password?: "` + leaked + `"`, `password?: "[redacted: password]"`},
		{"with its type", `password: str = "` + leaked + `"`, `password: str = "[redacted: password]"`},
		{"Java's toString", "User(name=app, password=ab,cd!1234, port=80)", "User(name=app, password=[redacted: password], port=80)"},
		{"with other delimiters", "{user=app, password=ab;cd)ef|gh&ij}kl, port=80}", "{user=app, password=[redacted: password], port=80}"},
		{"Python's repr", "Settings(user='app', password='" + leaked + "', port=80)", "Settings(user='app', password='[redacted: password]', port=80)"},
		{"pydantic", "1 validation error for Settings\ndb_password\n  Input should be a valid integer [type=int_parsing, input_value='" + leaked + "', input_type=str]", "1 validation error for Settings\ndb_password\n  Input should be a valid integer [type=int_parsing, input_value='[redacted: password]', input_type=str]"},
		{"zod", `[ { "received": "` + leaked + `", "code": "invalid_enum_value", "path": [ "db", "DB_PASSWORD" ], "message": "Expected 'a', received '` + leaked + `'" } ]`, `[ { "received": "[redacted: password]", "code": "invalid_enum_value", "path": [ "db", "DB_PASSWORD" ], "message": "Expected 'a', received '[redacted: password]'" } ]`},
		{"Joi", `"db.password" with value "` + leaked + `" fails to match the required pattern`, `"db.password" with value "[redacted: password]" fails to match the required pattern`},
		{"Spring's binding", "Field error in object 'db' on field 'password': rejected value [" + leaked + "]; codes [x]", "Field error in object 'db' on field 'password': rejected value [[redacted: password]]; codes [x]"},
		{"Spring Boot's binding", "    Property: app.datasource.password\n    Value: \"" + leaked + "\"\n    Origin: class path resource", "    Property: app.datasource.password\n    Value: \"[redacted: password]\"\n    Origin: class path resource"},
		{"Go's flags", `invalid value "` + leaked + `" for flag -password: parse error`, `invalid value "[redacted: password]" for flag -password: parse error`},
		{"Terraform's plan", `  ~ password = "` + leaked + `" -> "` + leaked + `2"`, `  ~ password = "[redacted: password]" -> "[redacted: password]"`},
		{"backquotes", "password: `" + leaked + "`", "password: `[redacted: password]`"},
	})
}

func TestStructures(t *testing.T) {
	check(t, []replaced{
		{"value in an object", `{"password":{"value":"` + leaked + `","version":3},"port":80}`, `{"password":{"value":"[redacted: password]","version":3},"port":80}`},
		{"list", `{"passwords":["` + leaked + `","correcthorse"],"port":80}`, `{"passwords":["[redacted: password]","[redacted: password]"],"port":80}`},
		{"list of a program", `tokens = ["` + leaked + `", "` + long + `"]`, `tokens = ["[redacted: token]", "[redacted: token]"]`},
		{"object of secrets", `{"secrets":{"stripe":"` + leaked + `","arn":"arn:aws:ssm:eu-west-1:111122223333:parameter/x"}}`, `{"secrets":{"stripe":"[redacted: secret]","arn":"arn:aws:ssm:eu-west-1:111122223333:parameter/x"}}`},
		{"login beside its user", `"credentials": {"username": "app", "host": "db", "password": "` + leaked + `"}`, `"credentials": {"username": "app", "host": "db", "password": "[redacted: password]"}`},
		{"secret in a variable", `DB_SECRET={"username":"app","password":"` + leaked + `","host":"db"}`, `DB_SECRET={"username":"app","password":"[redacted: password]","host":"db"}`},
		{"SSM's answer", `{"Parameter":{"Name":"/prod/db_password","Type":"SecureString","Value":"` + leaked + `","Version":1}}`, `{"Parameter":{"Name":"/prod/db_password","Type":"SecureString","Value":"[redacted: password]","Version":1}}`},
		{"SSM's answer, by its type", "Name: /prod/db\nType: SecureString\nValue: " + leaked, "Name: /prod/db\nType: SecureString\nValue: [redacted: secret]"},
		{"value in the next line", "AWS_SECRET_ACCESS_KEY=\n" + secretKey + "\nnext", "AWS_SECRET_ACCESS_KEY=\n[redacted: AWS secret access key]\nnext"},
		{"block", "db:\n  password: |\n    " + leaked + "\n    more of it\n  port: 80", "db:\n  password: |\n    [redacted: password]\n  port: 80"},
		{"folded block", "password: >-\n  " + leaked + "\nport: 80", "password: >-\n  [redacted: password]\nport: 80"},
		{"deeper in", "password:\n  value: " + leaked + "\n  version: 3\nport: 80", "password:\n  value: [redacted: password]\n  version: 3\nport: 80"},
		{"list deeper in", "tokens:\n  - " + long + "\n  - " + leaked + "\nport: 80", "tokens:\n  - [redacted: token]\n  - [redacted: token]\nport: 80"},
		{"HCL", "variable \"db_password\" {\n  type    = string\n  default = \"" + leaked + "\"\n}", "variable \"db_password\" {\n  type    = string\n  default = \"[redacted: password]\"\n}"},
		{"names that stay", `{"secrets":[{"name":"DB_PASSWORD","valueFrom":"prod/db"}],"required":["password","token"],"tokens":{"prompt":12}}`, `{"secrets":[{"name":"DB_PASSWORD","valueFrom":"prod/db"}],"required":["password","token"],"tokens":{"prompt":12}}`},
	})
}

func TestEncodings(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte(pemBlock + "\n"))
	shifted := base64.StdEncoding.EncodeToString([]byte("x" + pemBlock))
	body := strings.Split(pemBlock, "\n")
	check(t, []replaced{
		{"key in base64", "using " + encoded + " now", "using [redacted: private key] now"},
		{"key in base64 as a variable", "TLS_KEY_B64=" + encoded + "\nA=1", "TLS_KEY_B64=[redacted: key]\nA=1"},
		{"key in base64, over lines", "key:\n" + encoded[:76] + "\n" + encoded[76:] + "\nend", "key:\n[redacted: private key]\nend"},
		{"key within what is in base64", "blob " + shifted + " end", "blob [redacted: private key] end"},
		{"key without its head", "log\n" + strings.Join(body[1:], "\n") + "\nnext", "log\n[redacted: private key]\nnext"},
		{"key without most of its head", "RSA PRIVATE " + "KEY-----\n" + body[1] + "\n" + body[2] + "\nnext", "RSA [redacted: private key]\nnext"},
		{"key without its marks", "loaded " + base64Line + "\n" + base64Line + " ok", "loaded [redacted: private key] ok"},
		{"parameter of a URL in another", "GET /login?next=%2Fx%3Fpassword%3D" + leaked + "%26a%3D1&b=2", "GET /login?next=%2Fx%3Fpassword%3D[redacted: password]%26a%3D1&b=2"},
		{"JSON in a URL", "q=%7B%22password%22%3A%22" + leaked + "%22%7D", "q=%7B%22password%22%3A%22[redacted: password]%22%7D"},
		{"HTML", "<pre>{&quot;password&quot;:&quot;" + leaked + "&quot;}</pre>", "<pre>{&quot;password&quot;:&quot;[redacted: password]&quot;}</pre>"},
		{".NET's JSON", `{\u0022password\u0022:\u0022` + leaked + `\u0022}`, `{\u0022password\u0022:\u0022[redacted: password]\u0022}`},
		{"nginx's log", `"{\x22user\x22:\x22app\x22,\x22password\x22:\x22` + leaked + `\x22}"`, `"{\x22user\x22:\x22app\x22,\x22password\x22:\x22[redacted: password]\x22}"`},
		{"certificate in base64", "using " + base64.StdEncoding.EncodeToString([]byte("-----BEGIN CERTIFICATE-----\n"+certificate)), "using " + base64.StdEncoding.EncodeToString([]byte("-----BEGIN CERTIFICATE-----\n"+certificate))},
	})
}

func TestFlags(t *testing.T) {
	check(t, []replaced{
		{"mysql", "mysql -h db -P 3306 -uapp -p" + leaked + " app", "mysql -h db -P 3306 -uapp -p[redacted: password] app"},
		{"mysqldump in a list", `["mysqldump","-h","db","-p` + leaked + `"]`, `["mysqldump","-h","db","-p[redacted: password]"]`},
		{"mysql with a question", "mysql -h db -p app", "mysql -h db -p app"},
		{"redis-cli", "redis-cli -h cache -a " + leaked + " ping", "redis-cli -h cache -a [redacted: password] ping"},
		{"docker", "docker login -u app -p " + leaked + " registry.example.com", "docker login -u app -p [redacted: registry login] registry.example.com"},
		{"sshpass", "sshpass -p '" + leaked + "' ssh -p 2222 app@host", "sshpass -p '[redacted: password]' ssh -p 2222 app@host"},
		{"ldapsearch", "+ ldapsearch -x -D cn=admin -w " + leaked + " -b dc=x", "+ ldapsearch -x -D cn=admin -w [redacted: password] -b dc=x"},
		{"openssl", "openssl pkcs12 -in a.p12 -passin pass:" + leaked + " -nodes", "openssl pkcs12 -in a.p12 -passin pass:[redacted: password] -nodes"},
		{"over lines", "mysql \\\n  -h db \\\n  -p" + leaked + "\nnext -pfoo", "mysql \\\n  -h db \\\n  -p[redacted: password]\nnext -pfoo"},
		{"of a command in JSON", `"command": ["sh", "-c", "redis-cli -a ` + leaked + ` ping"]`, `"command": ["sh", "-c", "redis-cli -a [redacted: password] ping"]`},
		{"of others", "ssh -p 2222 app@host; docker run -p 80:80 api; nc -w 5 db 80", "ssh -p 2222 app@host; docker run -p 80:80 api; nc -w 5 db 80"},
	})
	got := redact.Words([]string{"/usr/bin/redis-cli", "-h", "cache", "-a", leaked, "ping"})
	if diff := cmp.Diff([]string{"/usr/bin/redis-cli", "-h", "cache", "-a", "[redacted: password]", "ping"}, got); diff != "" {
		t.Errorf("Words (-want +got):\n%s", diff)
	}
	got = redact.Words([]string{"mysql", "-p" + leaked, "docker", "login", "-p", leaked})
	if diff := cmp.Diff([]string{"mysql", "-p[redacted: password]", "docker", "login", "-p", "[redacted: registry login]"}, got); diff != "" {
		t.Errorf("Words (-want +got):\n%s", diff)
	}
}

func TestTokens(t *testing.T) {
	alnum, hex := strings.Repeat("aB3dE6", 12), strings.Repeat("0a1b2c3d", 8)
	for _, token := range []string{
		"gsk_" + alnum[:52], "sbp_" + hex[:40], "nfp_" + alnum[:36], "vcp_" + alnum[:40], "re_" + alnum[:8] + "_" + alnum[:24], "ddapp_" + alnum[:34],
		"MTIzNDU2" + "Nzg5MDEyMzQ1Njc4OQ." + "E2-E4_." + alnum[:38], "CCIPAT_" + alnum[:22] + "_" + hex[:40], "figd_" + alnum[:40],
	} {
		if out := redact.Text("using " + token + " now"); strings.Contains(out, token[5:]) || !strings.HasSuffix(out, "] now") {
			t.Errorf("Text(%q) = %q", token, out)
		}
	}
}

func TestNamesOfOthers(t *testing.T) {
	for _, name := range []string{
		"DB_PW", "passcode", "Passwort", "Kennwort", "contraseña", "CONTRASENA", "senha", "mot de passe", "MOT_DE_PASSE", "mdp", "wachtwoord", "hasło",
		"lösenord", "heslo", "parola", "şifre", "jelszó", "пароль", "Пароль", "密码", "パスワード", "비밀번호", "数据库密码", "smtppass", "requirepass",
	} {
		for _, sign := range []string{"=", ": "} {
			if got, want := redact.Text("a "+name+sign+leaked+" b"), "a "+name+sign+"[redacted: password] b"; got != want {
				t.Errorf("Text = %q, want %q", got, want)
			}
		}
	}
	if got, want := redact.Text("密码："+leaked), "密码：[redacted: password]"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}

func TestBrokenURLs(t *testing.T) {
	check(t, []replaced{
		{"number sign", "postgres://app:S3c#x@db:5432/app", "postgres://app:[redacted: password]@db:5432/app"},
		{"question mark", "postgres://app:S3c?x@db:5432/app", "postgres://app:[redacted: password]@db:5432/app"},
		{"slash and at", "postgres://app:S3c/x@y@db:5432/app", "postgres://app:[redacted: password]@db:5432/app"},
		{"at and number sign", "postgres://app:S3@c#x@db:5432/app", "postgres://app:[redacted: password]@db:5432/app"},
		{"blank", "postgres://app:S3c x@db:5432/app", "postgres://app:[redacted: password]@db:5432/app"},
		{"quote", `postgres://app:S3c"x@db:5432/app`, "postgres://app:[redacted: password]@db:5432/app"},
		{"bracket", "postgres://app:S3c<x@db:5432/app", "postgres://app:[redacted: password]@db:5432/app"},
		{"backslash", `amqp://app:S3c\x@mq/vhost`, "amqp://app:[redacted: password]@mq/vhost"},
		{"in quotes, to their end", `url "redis://app:S3c x@cache" is wrong`, `url "redis://app:[redacted: password]@cache" is wrong`},
		{"no scheme", "connect to app:" + leaked + "@db:5432", "connect to app:[redacted: password]@db:5432"},
		{"no scheme in a variable", "DSN=app:" + leaked + "@db:5432/app", "DSN=app:[redacted: password]@db:5432/app"},
		{"access key", keyID + " / " + secretKey, "[redacted: AWS access key id AKIA...WXYZ] / [redacted: AWS secret access key]"},
		{"Go", `parse "postgres://app:Zz9/x@db:5432": invalid port ":Zz9" after host`, `parse "postgres://app:[redacted: password]@db:5432": invalid port ":[redacted: password]" after host`},
		{"Go, without what follows #", `parse "postgres://app:Zz9": invalid port ":Zz9" after host`, `parse "postgres://app:[redacted: password]": invalid port ":[redacted: password]" after host`},
		{"SQLAlchemy", "ValueError: invalid literal for int() with base 10: 'Zz9pw!'", "ValueError: invalid literal for int() with base 10: '[redacted: password]'"},
		{"SQLAlchemy, with the host", "ValueError: invalid literal for int() with base 10: 'word@db'", "ValueError: invalid literal for int() with base 10: '[redacted: password]'"},
		{"urllib", "ValueError: Port could not be cast to integer value as 'Zz9'", "ValueError: Port could not be cast to integer value as '[redacted: password]'"},
		{"libpq", `invalid port number: "Zz9#x@db"`, `invalid port number: "[redacted: password]"`},
		{"libpq, the host", `could not translate host name "x@db" to address: Name or service not known`, `could not translate host name "[redacted: password]@db" to address: Name or service not known`},
		{"Node, the host", "getaddrinfo ENOTFOUND Zz9@db", "getaddrinfo ENOTFOUND [redacted: password]@db"},
		{"Go, the host", "dial tcp: lookup Zz9@db on 10.0.0.2:53: no such host", "dial tcp: lookup [redacted: password]@db on 10.0.0.2:53: no such host"},
		{"Java", `java.lang.NumberFormatException: For input string: "Zz9x@db"`, `java.lang.NumberFormatException: For input string: "[redacted: password]"`},
	})
	for _, in := range []string{
		"dial tcp: lookup db.internal on 10.0.0.2:53: no such host", `parse "http://db:80a0": invalid port ":tcp" after host`,
		"ValueError: invalid literal for int() with base 10: 'eighty'", "ValueError: invalid literal for int() with base 10: '10s'", "invalid literal for int() with base 10: ''",
		`strconv.Atoi: parsing "8080/tcp": invalid syntax`, `For input string: "worker-1"`, "jdbc:sqlserver://db:1433;databaseName=orders;user=a@b;encrypt=true",
		"docker://api:v12 pulled by jane@example.com", "see redis://cache:6379 or mail bob@example.com:25", `{"url":"redis://cache:6379","mail":"jane@example.com"}`,
		"mongodb://db1:27017,db2:27017/?user=a@b", "mailto:jane@example.com:25", "git@github.com:example/api.git", "java.base@17.0.1/java.lang", "10.0.3.14:6379@16379",
		"arn:aws:sts::111122223333:assumed-role/x/jane@example.com:80", "api:v12@sha256:0123456789abcdef", "http://localhost:8080/a?b=c@d", "1@kafka-1:9093,2@kafka-2:9093",
	} {
		if got := redact.Text(in); got != in {
			t.Errorf("Text(%q) = %q", in, got)
		}
	}
}

func TestCallsAndStatements(t *testing.T) {
	check(t, []replaced{
		{"PHP's stack", "#0 /app/db.php(12): PDO->__construct('mysql:host=db', 'app', '" + leaked + "')", "#0 /app/db.php(12): PDO->__construct('mysql:host=db', 'app', '[redacted: password]')"},
		{"PHP's function", "mysqli_connect('db', 'app', '" + leaked + "', 'orders')", "mysqli_connect('db', 'app', '[redacted: password]', 'orders')"},
		{"LDAP", "ldap_bind(Resource(1), 'cn=app', '" + leaked + "')", "ldap_bind(Resource(1), 'cn=app', '[redacted: password]')"},
		{"a setter", `config.setPassword("` + leaked + `")`, `config.setPassword("[redacted: password]")`},
		{"a default", `os.environ.get("DB_PASSWORD", "` + leaked + `")`, `os.environ.get("DB_PASSWORD", "[redacted: password]")`},
		{"INSERT", "INSERT INTO users (name, password, age) VALUES ('app', '" + leaked + "', 3)", "INSERT INTO users (name, password, age) VALUES ('app', '[redacted: password]', 3)"},
		{"MySQL 8", "CREATE USER app IDENTIFIED WITH caching_sha2_password BY '" + leaked + "'", "CREATE USER app IDENTIFIED WITH caching_sha2_password BY '[redacted: password]'"},
		{"SQL*Plus", "sqlplus -S app/" + leaked + "@db", "sqlplus -S app/[redacted: password]@db"},
		{"a configuration", "aws configure set aws_secret_access_key " + secretKey, "aws configure set aws_secret_access_key [redacted: AWS secret access key]"},
		{"SMTP", "send: 'AUTH PLAIN AGFwcABodW50ZXIy'", "send: 'AUTH PLAIN [redacted: login]'"},
		{"Erlang", `[{user,<<"app">>},{password,<<"` + leaked + `">>}]`, `[{user,<<"app">>},{password,<<"[redacted: password]">>}]`},
		{"Clojure", `{:user "app" :password "` + leaked + `"}`, `{:user "app" :password "[redacted: password]"}`},
		{"Windows", "app.exe /user:app /password:" + leaked + " /q", "app.exe /user:app /password:[redacted: password] /q"},
		{"SOAP", `<wsse:Password Type="#PasswordText">` + leaked + `</wsse:Password>`, `<wsse:Password Type="#PasswordText">[redacted: password]</wsse:Password>`},
		{"properties in XML", `<property name="password">` + leaked + `</property>`, `<property name="password">[redacted: password]</property>`},
		{"Apple's properties", "<key>password</key>\n<string>" + leaked + "</string>", "<key>password</key>\n<string>[redacted: password]</string>"},
		{"Hadoop", "<name>db.password</name><value>" + leaked + "</value>", "<name>db.password</name><value>[redacted: password]</value>"},
		{"a form", "form-data; name=\"password\"\r\n\r\n" + leaked + "\r\n--x", "form-data; name=\"password\"\r\n\r\n[redacted: password]\r\n--x"},
		{"Vault's keys", "Unseal Key 1: " + secretKey + "\nInitial Root Token: hvs." + long + long, "Unseal Key 1: [redacted: key]\nInitial Root Token: [redacted: token]"},
		{"Vault's and Consul's identifiers", "secret_id=0a1b2c3d-1111-2222-3333-444455556666 SecretID: 0a1b2c3d-1111-2222-3333-444455556666", "secret_id=[redacted: token] SecretID: [redacted: token]"},
		{"libpq's options", `missing "=" after "` + leaked + `" in connection info string`, `missing "=" after "[redacted: password]" in connection info string`},
	})
	for _, in := range []string{
		`"secretId":"prod/db-password"`, "INSERT INTO jobs (name, state) VALUES ('a', 'b')", "password: [FILTERED]", `"password"=>"[FILTERED]"`, "?key=exports/0a1b2c3d4e5f6a7b8c9d.csv",
		"set password policy to strict", "the token for https://id.example.com/authorize: denied", "DBPassword: !Ref DatabasePassword", "password for user app: authentication failed",
	} {
		if got := redact.Text(in); got != in {
			t.Errorf("Text(%q) = %q", in, got)
		}
	}
}

// TestLinesOfASecret is a secret that goes over several lines of a log.
func TestLinesOfASecret(t *testing.T) {
	in := []string{"db:", "  password: |", "    " + leaked, "    more", "  port: 80", "AWS_SECRET_ACCESS_KEY=", secretKey, "\x1b[36mpassword=\x1b[0m" + leaked, "done"}
	want := []string{"db:", "  password: |", "    [redacted: password]", "[redacted: password]", "  port: 80", "AWS_SECRET_ACCESS_KEY=", "[redacted: AWS secret access key]", "\x1b[36mpassword=\x1b[0m[redacted: password]", "done"}
	got := redact.Lines(in)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Lines (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(got, redact.Lines(got)); diff != "" {
		t.Errorf("not the same again (-first +second):\n%s", diff)
	}
}
