package diagnose_test

import (
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/words"
)

// through is kms:ViaService of a policy's first statement.
func through(p diagnose.Policy) string {
	return strings.Join(p.Document.Statement[0].Condition["StringEquals"]["kms:ViaService"], " ")
}

func TestKeysAreWhereTheSecretIs(t *testing.T) {
	const image = `"image": "public.ecr.aws/nginx/nginx:1"`
	notAllowed := func(secret string) string {
		return "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret " + secret + " from secrets manager: AccessDeniedException: Access to KMS is not allowed"
	}
	tests := map[string]struct {
		evidence string
		want     string // the statement
		via      string
		kinds    string // of all documents for what was denied
		step     string
	}{
		"the secret's own Region": {
			evidence: startDenied(notAllowed("arn:aws:secretsmanager:us-west-2:111122223333:secret:ledger/db-Ab12Cd"), image),
			want:     "kms:Decrypt on arn:aws:kms:us-west-2:111122223333:key/*", via: "secretsmanager.us-west-2.amazonaws.com", kinds: "identity-policy",
		},
		"the Region of the secrets of the definition": {
			evidence: startDenied("ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: AccessDeniedException: Access to KMS is not allowed", image+`, "secrets": [{"name": "A", "valueFrom": "arn:aws:secretsmanager:ap-south-1:111122223333:secret:ledger/db-Ab12Cd"}]`),
			want:     "kms:Decrypt on arn:aws:kms:ap-south-1:111122223333:key/*", via: "secretsmanager.ap-south-1.amazonaws.com", kinds: "identity-policy",
		},
		"another account's secret": {
			evidence: startDenied(notAllowed("arn:aws:secretsmanager:eu-north-1:444455556666:secret:shared/mail-Xy98Zw"), image),
			want:     "kms:Decrypt on arn:aws:kms:eu-north-1:444455556666:key/*", via: "secretsmanager.eu-north-1.amazonaws.com",
			kinds: "identity-policy key-policy resource-policy", step: "aws/secretsmanager, no policy helps",
		},
		"another account's parameter": {
			evidence: startDenied("ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: arn:aws:ssm:eu-north-1:444455556666:parameter/shared/mail: AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.", image),
			want:     "kms:Decrypt on arn:aws:kms:eu-north-1:444455556666:key/*", via: "ssm.eu-north-1.amazonaws.com",
			kinds: "identity-policy key-policy", step: "share it by AWS RAM",
		},
		"a key that is named": {
			evidence: startDenied("unable to retrieve secret from asm: AccessDeniedException: "+byIdentity("ledger-exec", "kms:Decrypt", "arn:aws:kms:eu-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"), image),
			want:     "kms:Decrypt on arn:aws:kms:eu-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", via: "secretsmanager.eu-north-1.amazonaws.com", kinds: "identity-policy",
		},
		"a program that uses the key of Secrets Manager itself": {
			evidence: ledgerCrash("ERROR " + byIdentity("ledger-task", "kms:Decrypt", "arn:aws:kms:eu-north-1:111122223333:alias/aws/secretsmanager")),
			want:     "kms:Decrypt on arn:aws:kms:eu-north-1:111122223333:key/*", via: "", kinds: "identity-policy",
		},
		"a program that reads a secret": {
			evidence: ledgerCrash("botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed (arn:aws:secretsmanager:eu-west-3:111122223333:secret:ledger/api-Ab12Cd)"),
			want:     "kms:Decrypt on arn:aws:kms:eu-west-3:111122223333:key/*", via: "secretsmanager.eu-west-3.amazonaws.com", kinds: "identity-policy",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := answered(t, tt.evidence)
			policies := policiesOf(d, "denied", "identity-policy")
			if len(policies) != 1 {
				t.Fatalf("%s: %d policies", d.Verdict.Cause, len(policies))
			}
			if got := grantsOf(policies[0]); got != tt.want {
				t.Errorf("allows %s, want %s", got, tt.want)
			}
			if got := through(policies[0]); got != tt.via {
				t.Errorf("through %q, want %q", got, tt.via)
			}
			var kinds []string
			for _, p := range d.Fix.Policies {
				if p.Purpose == "denied" {
					kinds = append(kinds, p.Kind)
				}
			}
			if got := strings.Join(kinds, " "); got != tt.kinds {
				t.Errorf("documents %q, want %q", got, tt.kinds)
			}
			if steps := strings.Join(words.Lines(d.Fix.Steps), "\n"); !strings.Contains(steps, tt.step) {
				t.Errorf("no step says %q:\n%s", tt.step, steps)
			}
		})
	}
}

func TestThePolicyForTheNextTask(t *testing.T) {
	d := answered(t, ledgerCrash("ERROR "+byIdentity("ledger-task", "s3:PutObject", "arn:aws:s3:::postings/2026/11/20/run-4711.csv"), "ERROR "+byIdentity("ledger-task", "dynamodb:PutItem", "arn:aws:dynamodb:eu-north-1:111122223333:table/ledger")))
	exact, next := policiesOf(d, "denied", "identity-policy"), policiesOf(d, "denied-pattern", "identity-policy")
	if len(exact) != 1 || len(next) != 1 {
		t.Fatalf("%d exact policies, %d for the next task", len(exact), len(next))
	}
	if got := grantsOf(exact[0]); strings.Contains(got, "*") {
		t.Errorf("the exact policy has a pattern: %s", got)
	}
	got := grantsOf(next[0])
	for _, want := range []string{"s3:PutObject on arn:aws:s3:::postings/2026/11/20/*", "dynamodb:PutItem on arn:aws:dynamodb:eu-north-1:111122223333:table/ledger"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q: %s", want, got)
		}
	}
	if want := "s3:PutObject on every other object under postings/2026/11/20/"; !strings.Contains(next[0].Detail.English, want) {
		t.Errorf("the detail %q doesn't say %q", next[0].Detail, want)
	}
	for name, evidence := range map[string]string{
		"what lasts":           ledgerCrash("ERROR " + byIdentity("ledger-task", "dynamodb:PutItem", "arn:aws:dynamodb:eu-north-1:111122223333:table/ledger")),
		"what a start needs":   startDenied("ResourceInitializationError: failed to download env files: "+byIdentity("ledger-exec", "s3:GetObject", "arn:aws:s3:::ledger-env/prod.env"), `"image": "public.ecr.aws/nginx/nginx:1"`),
		"what has no name yet": ledgerCrash("An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"),
	} {
		if got := policiesOf(answered(t, evidence), "denied-pattern", "identity-policy"); len(got) > 0 {
			t.Errorf("%s: offers %s", name, grantsOf(got[0]))
		}
	}
}

func TestS3FilesIsNotAnsweredAsEFS(t *testing.T) {
	d := answered(t, pasted("mount.nfs4: access denied by server while mounting 127.0.0.1:/"))
	if !strings.Contains(d.Verdict.Title.English, "EFS or S3 Files") || len(d.Fix.Policies) > 0 {
		t.Errorf("of a mount that names no service it is said %q, with %d policies", d.Verdict.Title, len(d.Fix.Policies))
	}
	for name, text := range map[string]string{
		"a name that doesn't resolve": `ResourceInitializationError: failed to set up S3 Files volumes: stderr: Failed to resolve "fs-04f1c2d3e4b5a6978.s3files.eu-north-1.on.aws" - check that your file system ID is correct`,
		"a denied mount":              "mount.s3files: mount.nfs4: access denied by server while mounting 127.0.0.1:/",
	} {
		d := answered(t, pasted(text))
		if all := d.Verdict.Title.English + d.Verdict.Summary.English + strings.Join(words.Lines(d.Fix.Steps), " "); strings.Contains(all, "EFS") || !strings.Contains(all, "S3 Files") {
			t.Errorf("%s: %s: %s", name, d.Verdict.Cause, all)
		}
		for _, p := range d.Fix.Policies {
			if strings.Contains(grantsOf(p), "elasticfilesystem") {
				t.Errorf("%s: offers %s", name, grantsOf(p))
			}
		}
	}
}
