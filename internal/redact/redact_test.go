package redact_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/redact"
)

// Made-up secrets. They are put together here, so that no scanner of this
// repository takes them for real ones.
const (
	keyID       = "AKIA" + "Z3QYEXAMPLE7WXYZ"
	sessionID   = "ASIA" + "Z3QYEXAMPLE7SESS"
	secretKey   = "q8Tz/3kLmN0pQrStUvWxYz+AbCdEfGhIjKl45MnO"
	session     = "IQoJb3JpZ2luX2Vj" + "EXAMPLExLXdlc3QtMiJHMEUCIQDmadeUp0AbCdEf+gHiJk/Lm="
	jwt         = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJleGFtcGxlIn0." + "c2lnbmF0dXJlLW9mLWV4YW1wbGU"
	certificate = "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ"
	base64Line  = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7EXAMPLE00000"
)

type replaced struct{ name, in, want string }

func check(t *testing.T, tests []replaced) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, redact.Text(tt.in)); diff != "" {
				t.Errorf("Text(%q) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestAWSSecrets(t *testing.T) {
	check(t, []replaced{
		{"access key id", "user key " + keyID + " is inactive", "user key [redacted: AWS access key id AKIA...WXYZ] is inactive"},
		{"session's key id", `<AWSAccessKeyId>` + sessionID + `</AWSAccessKeyId>`, `<AWSAccessKeyId>[redacted: AWS access key id ASIA...SESS]</AWSAccessKeyId>`},
		{"key id as a variable", "AWS_ACCESS_KEY_ID=" + keyID, "AWS_ACCESS_KEY_ID=[redacted: AWS access key id AKIA...WXYZ]"},
		{"key id as a CloudTrail principal", `"principalId":"` + keyID + `:carol"`, `"principalId":"[redacted: AWS access key id AKIA...WXYZ]:carol"`},
		{"secret key as a variable", "AWS_SECRET_ACCESS_KEY=" + secretKey + "\nAWS_REGION=eu-west-1", "AWS_SECRET_ACCESS_KEY=[redacted: AWS secret access key]\nAWS_REGION=eu-west-1"},
		{"secret key in a credentials file", "aws_secret_access_key = " + secretKey, "aws_secret_access_key = [redacted: AWS secret access key]"},
		{"secret key in JSON", `{"SecretAccessKey": "` + secretKey + `", "Region": "eu-west-1"}`, `{"SecretAccessKey": "[redacted: AWS secret access key]", "Region": "eu-west-1"}`},
		{"secret key in XML", "<SecretAccessKey>" + secretKey + "</SecretAccessKey>", "<SecretAccessKey>[redacted: AWS secret access key]</SecretAccessKey>"},
		{"secret key that begins with a slash", "secretAccessKey: /" + secretKey[1:], "secretAccessKey: [redacted: AWS secret access key]"},
		{"secret key beside its id", keyID + "," + secretKey + "\n", "[redacted: AWS access key id AKIA...WXYZ],[redacted: AWS secret access key]\n"},
		{"session token as a variable", "AWS_SESSION_TOKEN=" + session, "AWS_SESSION_TOKEN=[redacted: AWS session token]"},
		{"session token alone", "using " + session + " now", "using [redacted: AWS session token] now"},
		{"session token in a canonical request", "x-amz-security-token:" + session + "\n\nhost;x-amz-date", "x-amz-security-token:[redacted: AWS session token]\n\nhost;x-amz-date"},
		{
			"AssumeRole's answer in CloudTrail",
			`"credentials":{"accessKeyId":"` + sessionID + `","sessionToken":"` + session + `","expiration":"Nov 22, 2026"}`,
			`"credentials":{"accessKeyId":"[redacted: AWS access key id ASIA...SESS]","sessionToken":"[redacted: AWS session token]","expiration":"Nov 22, 2026"}`,
		},
		{
			"signed request",
			"Authorization: AWS4-HMAC-SHA256 Credential=" + keyID + "/20261122/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
			"Authorization: AWS4-HMAC-SHA256 Credential=[redacted: AWS access key id AKIA...WXYZ], SignedHeaders=host;x-amz-date, Signature=[redacted: signature]",
		},
		{
			"presigned URL",
			"GET https://logos.s3.eu-west-1.amazonaws.com/a.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + sessionID + "%2F20261122%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Expires=900&X-Amz-Security-Token=" + session + "&X-Amz-SignedHeaders=host&X-Amz-Signature=5d672d79c15b1316: 403 Forbidden",
			"GET https://logos.s3.eu-west-1.amazonaws.com/a.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=[redacted: AWS access key id ASIA...SESS]&X-Amz-Expires=900&X-Amz-Security-Token=[redacted: AWS session token]&X-Amz-SignedHeaders=host&X-Amz-Signature=[redacted: signature] 403 Forbidden",
		},
		{
			"presigned URL of the old kind",
			"https://b.s3.amazonaws.com/k?AWSAccessKeyId=" + keyID + "&Expires=1795000000&Signature=vjbyPxybdZaNmGa%2ByT272YEAiv4%3D",
			"https://b.s3.amazonaws.com/k?AWSAccessKeyId=[redacted: AWS access key id AKIA...WXYZ]&Expires=1795000000&Signature=[redacted: signature]",
		},
		{"ECR login", "docker login -u AWS -p eyJwYXlsb2Fk" + strings.Repeat("Ijoi", 30) + " 111122223333.dkr.ecr.eu-west-1.amazonaws.com", "docker login -u AWS -p [redacted: registry login] 111122223333.dkr.ecr.eu-west-1.amazonaws.com"},
		{"ECR authorization token", `"authorizationToken":"QVdTOmV5SndZWGxzYjJGa0lqb2lFWEFNUExF"`, `"authorizationToken":"[redacted: token]"`},
	})
}

func TestNamedSecrets(t *testing.T) {
	check(t, []replaced{
		{"variable", "DB_PASSWORD=hunter2", "DB_PASSWORD=[redacted: password]"},
		{"variable with delimiters in it", "A=1\nDB_PASSWORD=p,a;s)s\"w\nB=2", "A=1\nDB_PASSWORD=[redacted: password]\nB=2"},
		{"variable that begins like a list", "DB_PASSWORD={abc", "DB_PASSWORD=[redacted: password]"},
		{"exported variable", "+ export API_TOKEN=ab;cd1234", "+ export API_TOKEN=[redacted: token]"},
		{"short value", "pwd=x", "pwd=[redacted: password]"},
		{"client without underscores", "PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=[redacted: password] psql -h db"},
		{"JSON", `{"user":"app","password":"hun\"ter2","host":"db"}`, `{"user":"app","password":"[redacted: password]","host":"db"}`},
		{"JSON whose value ends with a backslash", `{"password":"hunter2\\","host":"db"}`, `{"password":"[redacted: password]","host":"db"}`},
		{"JSON in JSON", `{"msg":"{\"apiKey\":\"k1-abcdef\",\"n\":1}"}`, `{"msg":"{\"apiKey\":\"[redacted: key]\",\"n\":1}"}`},
		{"JSON in JSON in JSON", `"{\"m\":\"{\\\"token\\\":\\\"abc123def\\\",\\\"n\\\":1}\"}"`, `"{\"m\":\"{\\\"token\\\":\\\"[redacted: token]\\\",\\\"n\\\":1}\"}"`},
		{"JSON cut off", `{"db_password":"hunter2 and th`, `{"db_password":"[redacted: password]`},
		{"JSON number", `{"password":123456,"port":5432}`, `{"password":[redacted: password],"port":5432}`},
		{"secret's text", `{"SecretString":"{\"username\":\"app\",\"password\":\"hunter2\"}","VersionId":"7"}`, `{"SecretString":"[redacted: secret]","VersionId":"7"}`},
		{"Python", `{'client_secret': b'hunter2', 'password': 'x y z'}`, `{'client_secret': b'[redacted: secret]', 'password': '[redacted: password]'}`},
		{"Ruby and PHP", `:password=>"hunter2" [db_password] => hunter2`, `:password=>"[redacted: password]" [db_password] => [redacted: password]`},
		{"subscript", `config["api_key"] = "k1-abcdef"`, `config["api_key"] = "[redacted: key]"`},
		{"YAML", "db:\n  password: hunter2\n  user: app", "db:\n  password: [redacted: password]\n  user: app"},
		{"YAML, letters alone", "  dbPassword: correcthorse\n  user: app", "  dbPassword: [redacted: password]\n  user: app"},
		{"properties", "spring.datasource.password=hunter2", "spring.datasource.password=[redacted: password]"},
		{"log line", "INFO connecting with password: hunter2, retrying", "INFO connecting with password: [redacted: password], retrying"},
		{"structure of Go", "config={Host:db Password:hunter2 Port:5432}", "config={Host:db Password:[redacted: password] Port:5432}"},
		{"escaped line end", `env:\npassword=hunter2\nregion=eu-west-1`, `env:\npassword=[redacted: password]\nregion=eu-west-1`},
		{"flag", "app --db-password hunter2 --region eu-west-1", "app --db-password [redacted: password] --region eu-west-1"},
		{"flag, letters alone", "app --password correcthorse --region eu-west-1", "app --password [redacted: password] --region eu-west-1"},
		{"flag in a list", `"command": ["app", "--db-password", "hunter2", "--token", "--verbose"]`, `"command": ["app", "--db-password", "[redacted: password]", "--token", "--verbose"]`},
		{"flag in a list over lines", "[\n  \"--api-key\",\n  \"k1-abcdef\"\n]", "[\n  \"--api-key\",\n  \"[redacted: key]\"\n]"},
		{"flag with a sign", "app --token=abc123def", "app --token=[redacted: token]"},
		{"header", "x-api-key: k1-abcdef", "x-api-key: [redacted: key]"},
		{"bare word with a random value", "token: 4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a", "token: [redacted: token]"},
		{"hexadecimal of a task id's length under a key's name", "DD_API_KEY=0123456789abcdef0123456789abcdef", "DD_API_KEY=[redacted: key]"},
		{"Rails", "SECRET_KEY_BASE=0123abcd RAILS_MASTER_KEY=4567ef", "SECRET_KEY_BASE=[redacted: key] RAILS_MASTER_KEY=[redacted: key]"},
		{"container environment", `{"name":"DB_PASSWORD","value":"hunter2"},{"name":"PORT","value":"80"}`, `{"name":"DB_PASSWORD","value":"[redacted: password]"},{"name":"PORT","value":"80"}`},
		{"container environment over lines", "{\n  \"name\": \"API_TOKEN\",\n  \"value\": \"abc\"\n}", "{\n  \"name\": \"API_TOKEN\",\n  \"value\": \"[redacted: token]\"\n}"},
		{"container environment in YAML", "- Name: DB_PASSWORD\n  Value: hunter2\n", "- Name: DB_PASSWORD\n  Value: [redacted: password]\n"},
		{"container environment in HCL", "name  = \"DB_PASSWORD\"\nvalue = \"hunter2\"", "name  = \"DB_PASSWORD\"\nvalue = \"[redacted: password]\""},
		{"SQL Server", "Server=db;User Id=app;Password=hunter2;Encrypt=True", "Server=db;User Id=app;Password=[redacted: password];Encrypt=True"},
		{"libpq", "host=db user=app password='hun ter2' dbname=app", "host=db user=app password='[redacted: password]' dbname=app"},
		{"Azure", "AccountName=x;AccountKey=abcd1234EFGH==;EndpointSuffix=core.windows.net", "AccountName=x;AccountKey=[redacted: key];EndpointSuffix=core.windows.net"},
		{"Azure signature", "https://x.blob.core.windows.net/c?sv=2024&sig=abcdEFGH1234%2Fxyz%3D", "https://x.blob.core.windows.net/c?sv=2024&sig=[redacted: signature]"},
		{"query string", "GET /cb?code=1&access_token=abc123def&x=1", "GET /cb?code=1&access_token=[redacted: token]&x=1"},
		{"Docker", `{"auths":{"registry.example.com":{"auth":"YXBwOmh1bnRlcjI="}}}`, `{"auths":{"registry.example.com":{"auth":"[redacted: registry login]"}}}`},
		{"npm", "//registry.npmjs.org/:_authToken=abc-def-123", "//registry.npmjs.org/:_authToken=[redacted: token]"},
		{"SQL", "CREATE USER app IDENTIFIED BY 'hunter2'; ALTER ROLE app PASSWORD 'hunter2'", "CREATE USER app IDENTIFIED BY '[redacted: password]'; ALTER ROLE app PASSWORD '[redacted: password]'"},
		{"a value longer than any word", "token=" + strings.Repeat("a1B2", 2000) + ";x=1", "token=[redacted: token];x=1"},
		{"key of who knows what", "STRIPE_KEY=0a1b2c3d4e5f6a7b8c9d", "STRIPE_KEY=[redacted: key]"},
		{"session of a framework", "GET /cart;jsessionid=0A1B2C3D4E", "GET /cart;jsessionid=[redacted: session]"},
		{"name in colour", "\x1b[36mpassword\x1b[0m=hunter2 \x1b[36mport\x1b[0m=80", "\x1b[36mpassword\x1b[0m=[redacted: password] \x1b[36mport\x1b[0m=80"},
		{"name in a URL's escapes", "next=%2Flogin%3Fapi_token%3D1&api_token=0a1b2c", "next=%2Flogin%3Fapi_token%3D1&api_token=[redacted: token]"},
		{"NuGet", `<add key="Password" value="hunter2" />`, `<add key="Password" value="[redacted: password]" />`},
		{"umlauts around it", "Schlüssel »password=hünter2« größer", "Schlüssel »password=[redacted: password] größer"},
	})
}

func TestHeadersAndURLs(t *testing.T) {
	check(t, []replaced{
		{"bearer header", "Authorization: Bearer abc.def-123", "Authorization: Bearer [redacted: authorization header]"},
		{"basic header", "authorization: Basic YXBwOmh1bnRlcjI=", "authorization: Basic [redacted: authorization header]"},
		{"header in JSON", `{"Authorization":"Bearer abc123","Accept":"*/*"}`, `{"Authorization":"Bearer [redacted: authorization header]","Accept":"*/*"}`},
		{"curl", `curl -H "Authorization: token abc123" https://api.example.com`, `curl -H "Authorization: token [redacted: authorization header]" https://api.example.com`},
		{"header of Go", "map[Authorization:[Bearer abc123def456ghi7]]", "map[Authorization:[Bearer [redacted: authorization header]]]"},
		{"basic alone", "sent Basic YXBwOmh1bnRlcjI=", "sent Basic [redacted: login]"},
		{"cookies", "Cookie: session=abc123; theme=dark\nHost: x", "Cookie: [redacted: cookie]\nHost: x"},
		{"URL", "postgres://app:hunter2@db.internal:5432/app", "postgres://app:[redacted: password]@db.internal:5432/app"},
		{"URL without a user", "redis://:hunter2@cache:6379/0", "redis://:[redacted: password]@cache:6379/0"},
		{"URL whose password has an @", "amqp://app:p@ss@mq/vhost", "amqp://app:[redacted: password]@mq/vhost"},
		{"URL whose password has a slash", `parse "postgres://app:hun/ter2@db/app": invalid port ":hun" after host`, `parse "postgres://app:[redacted: password]@db/app": invalid port ":[redacted: password]" after host`},
		{"several URLs", "amqp://a:b1@h,amqp://c:d2@h", "amqp://a:[redacted: password]@h,amqp://c:[redacted: password]@h"},
		{"MySQL in Go", "dial app:hunter2@tcp(db:3306)/app", "dial app:[redacted: password]@tcp(db:3306)/app"},
		{"Oracle", "jdbc:oracle:thin:app/hunter2@db:1521/x", "jdbc:oracle:thin:app/[redacted: password]@db:1521/x"},
		{"URL with a token alone", "git clone https://0a1b2c3d4e5f60718293@git.example.com/api.git", "git clone https://[redacted: token]@git.example.com/api.git"},
		{"URL of Sentry", "SENTRY_DSN=https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/2", "SENTRY_DSN=https://[redacted: token]@o1.ingest.sentry.io/2"},
		{"URL whose password is escaped", "mongodb+srv://app:hun%2Fter%402@db.example.com/app", "mongodb+srv://app:[redacted: password]@db.example.com/app"},
		{"URL escaped in another", "GET /proxy?to=postgres%3A%2F%2Fapp%3Ahunter2%40db%2Fapp&x=1", "GET /proxy?to=postgres%3A%2F%2Fapp%3A[redacted: password]%40db%2Fapp&x=1"},
		{"netrc", "machine git.example.com login app password hunter2\n", "machine git.example.com login app password [redacted: password]\n"},
		{"netrc over lines", "machine git.example.com\n  login app\n  password hunter2", "machine git.example.com\n  login app\n  password [redacted: password]"},
		{"user of curl", `+ curl -s -u app:hunter2 https://api.example.com`, `+ curl -s -u app:[redacted: password] https://api.example.com`},
		{"user of curl in quotes", `curl --user "app:hun ter2" x`, `curl --user "app:[redacted: password]" x`},
		{"JDBC", "jdbc:mysql://db/app?user=app&password=hunter2&useSSL=true", "jdbc:mysql://db/app?user=app&password=[redacted: password]&useSSL=true"},
	})
}

func TestShapes(t *testing.T) {
	alnum := strings.Repeat("aB3dE6", 8)
	check(t, []replaced{
		{"JSON web token", "got " + jwt + " from issuer", "got [redacted: JSON web token] from issuer"},
		{"JSON web token, encrypted", "eyJhbGciOiJSU0Et." + "abcdefgh..abcdefgh.ijklmnop!", "[redacted: JSON web token]!"},
		{"JSON web token at a sentence's end", "got " + jwt + ".", "got [redacted: JSON web token]."},
		{"GitHub", "clone with ghp_" + alnum[:36], "clone with [redacted: GitHub token]"},
		{"GitHub, fine-grained", "github_pat_" + alnum, "[redacted: GitHub token]"},
		{"GitHub in a URL", "https://ghs_" + alnum[:36] + "@github.com/o/r", "https://[redacted: token]@github.com/o/r"},
		{"GitHub in colour", "\x1b[32mghp_" + alnum[:36] + "\x1b[0m", "\x1b[32m[redacted: GitHub token]\x1b[0m"},
		{"GitHub behind an escaped line end", `first\nghp_` + alnum[:36], `first\n[redacted: GitHub token]`},
		{"GitLab", "glpat-" + alnum[:20], "[redacted: GitLab token]"},
		{"npm", "npm_" + alnum[:36], "[redacted: npm token]"},
		{"Slack", "xoxb-1234567890-" + alnum[:24], "[redacted: Slack token]"},
		{"Slack webhook", "POST https://hooks.slack.com/services/T0/B0/" + alnum[:24] + ": 404", "POST https://[redacted: Slack webhook]: 404"},
		{"Stripe", "sk_live_" + alnum[:24], "[redacted: Stripe key]"},
		{"Google", "AIza" + alnum[:35], "[redacted: Google API key]"},
		{"Docker Hub", "dckr_pat_" + alnum[:27], "[redacted: Docker token]"},
		{"Vault", "hvs." + alnum[:24], "[redacted: Vault token]"},
		{
			"private key",
			"key:\n-----BEGIN RSA PRIVATE KEY-----\n" + base64Line + "\nabcd==\n-----END RSA PRIVATE KEY-----\nstarting",
			"key:\n[redacted: private key]\nstarting",
		},
		{
			"private key in a variable",
			"TLS_PRIVATE_KEY=-----BEGIN PRIVATE KEY-----\n" + base64Line + "\n-----END PRIVATE KEY-----\nA=1",
			"TLS_PRIVATE_KEY=[redacted: private key]\nA=1",
		},
		{
			"private key in JSON",
			`{"private_key":"-----BEGIN PRIVATE KEY-----\n` + base64Line + `\n-----END PRIVATE KEY-----\n","client":"x"}`,
			`{"private_key":"[redacted: private key]\n","client":"x"}`,
		},
		{
			"private key cut off",
			"-----BEGIN EC PRIVATE KEY-----\n" + base64Line + "\n" + base64Line[:40] + "\nserver exits",
			"[redacted: private key]\nserver exits",
		},
		{"private key, its first line", "-----BEGIN OPENSSH PRIVATE KEY-----", "[redacted: private key]"},
	})
}

func TestTextKeepsWhatExplains(t *testing.T) {
	for _, in := range []string{
		"",
		"Essential container in task exited",
		"ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-password-AbCdEf from secrets manager: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/api-execution/0123456789abcdef0123456789abcdef is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-password-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action status code: 400, request id: 6f1b2c3d-0000-4000-8000-00000000a001",
		"unable to retrieve secrets from ssm: invalid ssm parameters: /prod/api/DB_PASSWORD, API_TOKEN",
		"did not contain json key DB_PASSWORD: check the secret",
		"UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: wBJ2vyEwz23W3_YvyGYCZBFwnZ8OBrBKR6WymqAG2a-k3y_eyJ_tok3n",
		"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/api@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef: not found",
		"docker://111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:v12@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"docker://api:v12@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized",
		`Www-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io"`,
		"token: AccessDenied", "secret: arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
		"credentials: NoCredentialProviders: no valid providers in chain", "invalid token: token is expired by 3h",
		"error presenting token: route53: AccessDenied: User: arn:aws:iam::111122223333:user/dns",
		"unable to retrieve secret: An error occurred (AccessDeniedException) when calling the GetSecretValue operation",
		"failed to read secret: prod/db-password-2 not found", "secret: 0123456789abcdef0123456789abcdef",
		"Access denied for user 'app'@'10.0.3.14' (using password: YES)", "password: authentication failed for user app",
		`{"name":"DB_PASSWORD","valueFrom":"arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db"}`,
		`{"name":"DB_PASSWORD","valueFrom":"/prod/db/password"}`, `"credentialsParameter":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:hub-AbCdEf"`,
		`"secretId":"prod/db","versionStage":"AWSCURRENT","secretString":"HIDDEN_DUE_TO_SECURITY_REASONS"`,
		`"clientToken":"6f1b2c3d-0000-4000-8000-00000000a001","nextForwardToken":"f/388"`, `"hidePassword":false,"sessionCredentialFromConsole":"true"`,
		`"AuthorizationConfig": {"AccessPointId": "fsap-0123456789abcdef0", "IAM": "ENABLED"}`, `"transitEncryption": "ENABLED", "authorizationConfig": "x"`,
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/6f1b2c3d-0000-4000-8000-00000000a001",
		"AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/token", "PWD=/app", "DB_PASSWORD_FILE=/run/secrets/db", "SECRET_ARN=x", "API_TOKEN_URL=https://id.example.com/token",
		"DB_PASSWORD=${DB_PASSWORD}", "DB_PASSWORD=$DB_PASSWORD", "DB_PASSWORD=<password>", "password=(none)", "--password <password>", `password: "***"`, "password=", `"token": null`, "password=xxxxx",
		"max_tokens=4096 total_tokens: 1500", "pass: 12 fail: 3", "secretsmanager:GetSecretValue", "ssm: DB_PASSWORD: ssm:GetParameters",
		`Get "https://api.example.com/v1/token": dial tcp 10.0.0.7:443: i/o timeout`, `open "/run/secrets/db_password": no such file or directory`,
		"    token = client.read_token(path)", "at com.example.TokenService.verify(TokenService.java:42)", "crypto::token::parse failed",
		"TypeError: password must be a string", "basic information about authentication: see docs", "Bearer token is missing", "Set-Cookie: missing",
		`{"token.actions.githubusercontent.com:sub":"repo:example/api:ref:refs/heads/main"}`,
		"ecs/api/0123456789abcdef0123456789abcdef", "/ecs/auth-service ecs/secret-api/0123456789abcdef0123456789abcdef",
		"mysql -h db -P 3306", "http://localhost:8080/a@b", "https://[::1]:8443/x", "git@github.com:example/api.git", "ssh://git@github.com/example/api",
		"connect to 10.0.3.14:5432 from 2001:db8::1", "commit 0123456789abcdef0123456789abcdef01234567", "Asia/Tokyo", "ASIA-PACIFIC", "AKIA",
		"-----BEGIN CERTIFICATE-----\n" + certificate + "\n-----END CERTIFICATE-----", `"encryptionContext": "eyJhbGciOiJub25lIn0="`,
		"x-amz-id-2: lf5nR5Gls4Qiidoyseo5vijleTj9ziARWMQoc3qnxGHZ6pGeZc8=", "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
		"docker run -u 1000:1000 api", "https://jane.doe@git.example.com/api.git", "https://deploy-user@git.example.com", "task-0123456789abcdef0123456789abcdef0123456789",
		"S3_KEY=exports/0123456789abcdef/2026.csv", `"key":"AWSLogs/111122223333/0a1b2c3d4e5f6a7b8c9d.json.gz"`, `"object_key": "0a1b2c3d4e5f6a7b8c9d"`, "cache key: 0a1b2c3d4e5f6a7b8c9d",
		"KMS_KEY_ID=0a1b2c3d-1111-2222-3333-444455556666", "arn:aws:kms:eu-west-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef", `"sessionId":"ecs-execute-command-0a1b2c3d4e5f6a7b8"`,
		"fe80::aa:bb 00:1a:aa:bb:cc:dd", "AROAZ3QYEXAMPLEROLE12:0123456789abcdef0123456789abcdef", `"roleSessionName":"0123456789abcdef0123456789abcdef"`, "machine learning login page password policy",
		"[redacted: password]", "DB_PASSWORD=[redacted]", `"password":"[redacted: password]"`,
	} {
		if diff := cmp.Diff(in, redact.Text(in)); diff != "" {
			t.Errorf("Text(%q) (-want +got):\n%s", in, diff)
		}
	}
}

func TestSecretName(t *testing.T) {
	for name, want := range map[string]bool{
		"DB_PASSWORD": true, "dbPassword": true, "spring.datasource.password": true, "--api-key": true, "splunk-token": true,
		"SecretString": true, "aws_secret_access_key": true, "Authorization": true, "credentials": true, "pgpass2": false,
		"secretArn": false, "TOKEN_URL": false, "nextToken": false, "clientRequestToken": false, "AWS_ACCESS_KEY_ID": false, "docPassRole": false,
		"keyName": false, "PUBLIC_KEY": false, "tokenizer": false, "secretsmanager": false, "signatureVersion": false, "": false, "--": false,
	} {
		if got := redact.SecretName(name); got != want {
			t.Errorf("SecretName(%q) = %v, want %v", name, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"AWS_SECRET_ACCESS_KEY=" + secretKey + " " + keyID + "," + secretKey, "x-amz-security-token:" + session, jwt,
		`{"a":"{\"password\":\"x\\\"y\"}","token":'b'}`, "postgres://a:b/c@d@e?password=f&token=g", "Authorization: Bearer abc123 Cookie: a=b",
		"-----BEGIN PRIVATE KEY-----\\n" + base64Line + "-----END PRIVATE KEY-----", `{"name":"API_KEY","value":"x"}`, "<Token>x</Token>",
		"a:b@tcp(c) jdbc:oracle:thin:a/b@c IDENTIFIED BY 'x' --secret-key 'y", "token=/a/" + keyID + " pwd=[redacted: x] [password] => z",
		"\x1b[36mpassword=\x1b[0mab,c\x1b]0;token=x1y2z3\x07 [0mpwd: \u001b[1ma1b2c3", `{"secrets":{"a":["b",{"password":{"value":"c"}}]},"tokens":[x y]}`,
		"password: |\n  a\n  b\ntoken:\n  value: c\nAPI_KEY=\nabcdefgh12345678abcd", "mysql -pX1 \\\n-pY2 curl -u a:b --proxy-user c:d 'redis-cli',\"-a\",\"e\"",
		"postgres://a:b c#d@e:1/f invalid port \":b c\" lookup x@y app:p1@db:5432", "&quot;token&quot;:&quot;x&quot; %3Fpassword%3Dx%26 \\x22pwd\\x22:\\x22y\\x22",
		"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" + base64Line + "\n-----END PRIVATE " + "KEY-----", "password is a1b2c3. password for x is \"y\" 密码：z1z2z3 $2a$10$" + base64Line,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := redact.Text(in)
		if again := redact.Text(out); again != out {
			t.Errorf("not idempotent: %q became %q, then %q", in, out, again)
		}
		if utf8.ValidString(in) && !utf8.ValidString(out) {
			t.Errorf("%q became %q, which is no UTF-8", in, out)
		}
		if len(out) > 16*len(in) {
			t.Errorf("%d bytes became %d", len(in), len(out))
		}
	})
}
