package catalogue

import (
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
)

// refusedPull is in every text of a pull that IAM refused; the friendly words
// before it ("repository does not exist") then mean nothing.
var refusedPull = says(Anywhere, phrase("not authorized to perform"))

// ecrImage is an image of a private ECR repository.
const ecrImage = `[\w.-]+\.dkr[.-]ecr[\w.-]*\.(?:amazonaws\.com(?:\.cn)?|on\.aws|amazonaws\.com\.cn)[^\s,"]*`

// ecrHost is said of images in private ECR. A pull-through cache's repositories
// bear the names of other registries.
var ecrHost = says(Anywhere, phrase(".dkr.ecr"), phrase(".dkr-ecr"))

// foreignRegistry is said of images outside private ECR, whose login AWS knows
// nothing of.
var foreignRegistry = says(Anywhere,
	phrase("docker.io"), phrase("ghcr.io"), phrase("quay.io"), phrase("gcr.io"), phrase("pkg.dev"), phrase("azurecr.io"), phrase("mcr.microsoft.com"), phrase("public.ecr.aws"),
	phrase("registry.gitlab"), phrase("artifactory"), phrase("jfrog"), phrase("nexus"), phrase("harbor"), phrase("docker.pkg.github.com"), phrase("registry.redhat"), phrase("nvcr.io"))

// imageCauses: the image and its registry. What fails after the image was found
// is in imageContentCauses.
func imageCauses() []*Cause {
	return append([]*Cause{
		{
			Code: "image.not-found", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.ImageNotFound,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Image not found: {image|the container's image}",
			Meaning: "The registry has no such repository, tag, or digest. It is misspelled, was never pushed, was deleted (perhaps by a lifecycle rule), or is archived; Docker Hub says the same of a private repository.",
			Reason:  "The registry answered about the image itself, so the sign-in worked or none was needed.",
			Fix: []string{
				"Compare {image|the image} in the task definition with what the registry has (for ECR: aws ecr describe-images): account, Region, repository, tag, and digest. Push the image or correct the reference.",
				"ECS pins the digest of a tag when it deploys. If the tag was overwritten and the old image deleted since, deploy the service again.",
				"If it's a private repository outside ECR, set repositoryCredentials for the container.",
			},
			Docs: []string{docCannotPull},
			When: Unless{
				Match: With{Names: imageOf, Match: Any{
					likely(startSays(
						pattern("pull access denied", `pull access denied(?: for (?P<image>[^\s,]+))?`),
						phrase("denied: requested access to the resource is denied"),
						pattern("insufficient_scope", `docker\.io/(?P<image>[^\s"]+?)"?: [^\n]{0,300}?insufficient_scope: authorization failed`))),
					startSays(
						phrase("manifest not found"), phrase("manifest unknown"), phrase("requested image not found"), phrase("image not found"),
						phrase("imagenotfoundexception"), phrase("repositorynotfoundexception"), phrase("failed to find a repo digest matching"),
						pattern("not found", `(?:failed to copy|ref pull)[^\n]{0,300}?(?:content descriptor|httpReaderSeeker|httpReadSeeker)[^\n]{0,300}?not found`),
						pattern("no such image", `no such image(?:: (?P<image>[^\s'"]+))?`),
						pattern("not found", `image (?P<image>[\w.-]+[/:][\w./:@-]+?):? not found`),
						pattern("not found", `repository (?P<image>[\w./:@-]+?):? not found`),
						pattern("not found in repository", `tag (?P<tag>\S+) not found in repository (?P<image>\S+)`),
						pattern("name unknown", `(?:repository (?P<image>[\w./:@-]+) not found: )?name unknown: the repository with name '[^']+' does not exist`),
						pattern("does not exist in the registry", `the repository with name '(?P<image>[^']+)' does not exist in the registry`),
						pattern("manifest for", `manifest for (?P<image>\S+) not found`),
						pattern("not found", `failed to resolve (?:ref|reference) "?(?P<image>[^\s"]+?)"?: (?:\S+ )?(?:\S+: )?not found`),
						pattern("not found", `failed to resolve (?:ref|reference) [^\n]{1,400}?sha256:[^\n]{0,100}?: not found`),
						pattern("404 not found", `(?:failed to resolve (?:ref|reference) "?(?P<image>[^\s"]+?)"?: )?(?:unexpected status|pulling from host)[^\n]{0,400}?404 Not Found`),
						pattern("not found", `CannotPull\w*Error:[^\n]{0,200}?\b(?P<image>[\w.-]+/[\w./:@-]+): not found`)),
				}},
				But: Any{refusedPull, says(Anywhere, phrase("toomanyrequests"), phrase("no such file or directory"), phrase("no match for platform"), phrase("invalid_token"), phrase("no basic auth credentials"), pattern("pull access denied for", `pull access denied for `+ecrImage))},
			},
		},
		{
			Code: "startup.ecr.login-missing", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.UnknownIdentity, Who: puller, Confidence: verdict.Possible,
			Title:   "ECR rejected the pull of {image|the image} without a reason",
			Meaning: "Docker's message leaves open whether the repository is missing or no valid sign-in was sent. ECR says \"name unknown\" for a missing repository, so a failed sign-in is more likely: the permissions of the role that pulls, or an agent that lost its credentials.",
			Reason:  "The image is in ECR, which is signed in to with the role that pulls.",
			Fix: []string{
				"Check that the repository of {image|the image} exists in exactly this account and Region, and that {role|the role that pulls} is allowed to call ecr:GetAuthorizationToken, ecr:BatchGetImage, and ecr:GetDownloadUrlForLayer.",
				"Check whether other tasks on the same host can pull from ECR. If they can't, restart the ECS agent or replace the host.",
			},
			Docs: []string{docCannotPull, docAgent},
			When: Unless{
				Match: startSays(pattern("pull access denied for", `pull access denied for (?P<image>`+ecrImage+`)`)),
				But:   Any{refusedPull, says(Anywhere, phrase("authorization token has expired"), phrase("name unknown"))},
			},
		},
		{
			Code: "startup.ecr.forbidden", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.UnknownIdentity, Who: puller, Confidence: verdict.Likely,
			Title:   "ECR denied pulling {repository|the image} (403)",
			Meaning: "ECR denied the image without saying why. Either {role|the role that pulls} lacks ecr:BatchGetImage on the repository, or the repository policy doesn't allow that account.",
			Reason:  "The authorization token was granted, so ECR knows the role. A registry's HEAD request has no body that could name the permission.",
			Fix: []string{
				"If {repository|the repository} is in another account than the task, its owner must allow the role or its account in the repository policy. The role needs the pull actions too.",
				"If it's in the task's own account, allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository for {role|the role that pulls}.",
			},
			Docs:   []string{docCannotPull, docECRPolicies},
			Grants: []string{"ecr:BatchGetImage"},
			When: Unless{
				Match: Any{
					Unless{
						Match: startSays(pattern("403 forbidden", `(?:unexpected status code \[manifests|pulling from host|unexpected status from \w+ request)[^\n]{0,300}?403 Forbidden`)),
						But:   foreignRegistry,
					},
					startSays(pattern("403 forbidden", `(?:(?P<registry>[\w-]+)\.dkr[.-]ecr(?:-fips)?\.(?P<region>[\w-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)/(?:v2/)?(?P<repository>[\w./-]+?)(?:/(?:manifests|blobs)/|[:@"\s]))[\s\S]{0,700}?403 Forbidden`)),
				},
				But: Any{refusedPull, says(Anywhere, phrase("starport-layer-bucket"), phrase("redacted ecr url"))},
			},
		},
		{
			Code: "image.registry-login", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.RegistryAuth,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The registry rejected the sign-in for {image|the image}",
			Meaning: "The registry requires a sign-in that the task didn't have, or that was wrong or expired. This is the registry's own sign-in, not an AWS permission.",
			Reason:  "IAM wasn't asked: a registry outside AWS knows only the credentials of the task definition.",
			Fix: []string{
				"Store the registry's user name and password (or token) in Secrets Manager, and name the secret as repositoryCredentials of the container. If it's there already, check that the sign-in still works (docker login).",
				"If the image is in ECR, check the account and Region in its name: the sign-in of one registry doesn't work for another.",
			},
			Docs: []string{docPrivateAuth, docCannotPull},
			When: Unless{
				Match: With{Names: imageOf, Match: Any{
					startSays(
						phrase("failed to fetch anonymous token"), phrase("failed to fetch oauth token"), phrase("no basic auth credentials"), phrase("authorization token has expired"),
						phrase("unauthorized: authentication required"), phrase("incorrect username or password"), phrase("the client does not have permission for manifest"), phrase("unauthenticated request"),
						phrase("insufficient_scope: authorization failed"), phrase("invalid_token: authorization failed"), phrase("authentication is required"), phrase("access to the requested resource is not authorized"), phrase("http basic: access denied"),
						pattern("401 unauthorized", `(?:pull|manifests?|ref|registry|docker|token|image)[^\n]{0,400}?401 Unauthorized`),
						pattern("unauthorized:", `(?:CannotPull|Get "?https?://|Head "?https?://|daemon:)[^\n]{0,300}?\bunauthorized: `),
						pattern("denied:", `denied: (?:access forbidden|installation not allowed|permission_denied|permission "[^"]*" denied|denied\b|unauthenticated|[\w\s]*token[\w\s]*(?:expired|scope))`),
						pattern("failed to authorize", `(?:ref(?:erence)? "?(?P<image>[^\s"]+?)"?: )?failed to authorize`)),
					Both{
						First:  startSays(pattern("403 forbidden", `(?:ref(?:erence)? "?(?P<image>[^\s"]+?)"?: )?(?:unexpected status|pulling from host)[^\n]{0,300}?403 Forbidden`)),
						Second: Unless{Match: foreignRegistry, But: ecrHost},
					},
				}},
				But: Any{refusedPull, networkWords, says(Anywhere, pattern("insufficient_scope", `docker\.io/[^\n]{0,400}?insufficient_scope`))},
			},
		},
		{
			Code: "image.rate-limit", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.RegistryRateLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Pull rate limit of the image registry reached",
			Meaning: "The registry answered 429: too many pulls from this address or account. Docker Hub and ECR Public count anonymous pulls by IP address, so all tasks behind one NAT gateway share a limit.",
			Reason:  "The registry counts pulls and didn't ask IAM.",
			Fix: []string{
				"Pull through ECR: create a pull-through cache rule for the registry, or copy the image to your own repository.",
				"Or sign in to the registry: store its credentials in Secrets Manager and name them as repositoryCredentials.",
			},
			Docs: []string{docCannotPull, docPrivateAuth},
			When: With{Names: imageOf, Match: Any{
				startSays(
					phrase("toomanyrequests"), phrase("reached your pull rate limit"), phrase("pull rate limit"), phrase("reached your unauthenticated pull"), phrase("upstreamtoomanyrequests"),
					pattern("429 too many requests", `(?:CannotPull|pull|manifests?|registry|ref|docker)[^\n]{0,400}?429 Too Many Requests`)),
				Unless{
					Match: Both{First: startSays(phrase("rate exceeded")), Second: says(Anywhere, phrase("cannotpullcontainer"), phrase("toomanyrequests"))},
					But:   says(Anywhere, phrase("throttlingexception")),
				},
				// Docker Hub counts GET and not HEAD: a tag that resolved and a
				// manifest that was then refused is its limit, though the text ends
				// before the status. https://docs.docker.com/docker-hub/usage/pulls/
				possible(says(Stopped|Reason|Event, pattern("unexpected status code", `unexpected status code https://registry-1\.docker\.io/v2/\S+/manifests/sha256:[0-9a-f]*(?:\.\.\.|…)?$`))),
			}},
		},
		{
			Code: "image.pull-through-upstream", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.RegistryAuth,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECR's pull-through cache couldn't fetch the image from its upstream registry",
			Meaning: "The task reached ECR, and the upstream registry denied ECR or didn't answer. Usually the secret with that registry's sign-in (its name starts with ecr-pullthroughcache/) is wrong, expired, or not readable for ECR.",
			Reason:  "The upstream registry's secret is read by ECR's own service-linked role, not by the task execution role.",
			Fix: []string{
				"Check the cache rule's secret: aws ecr validate-pull-through-cache-rule names what is wrong.",
				"Pull the image from the upstream registry by hand with the same sign-in.",
			},
			Docs: []string{docECRPullThrough, docCannotPull},
			When: startSays(phrase("unabletogetupstreamimage"), phrase("upstreamaccessdenied"), phrase("upstreamunavailable"), phrase("unable to be pulled using the pull through cache rule"), phrase("unabletoaccesssecret"), phrase("unabletodecryptsecretvalue")),
		},
		{
			Code: "image.registry-error", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The registry failed with {status|a server error}",
			Meaning: "The registry was reached and answered with a server error. Nothing in the task or its roles can fix that; it's usually over in minutes.",
			Reason:  "A server error isn't about a permission.",
			Fix: []string{
				"Check the registry's status page and start the task again. To be independent of that registry, copy the image to ECR.",
			},
			Docs: []string{docCannotPull},
			When: startSays(
				pattern("unexpected http status", `received unexpected HTTP status: (?P<status>5\d\d(?: [A-Z]\w+)*)`),
				pattern("unexpected status", `unexpected status[^\n]{0,300}?: (?P<status>5\d\d(?: [A-Z]\w+)+)`)),
		},
		{
			Code: "image.layer-endpoint-policy", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Likely,
			Title:   "The S3 endpoint policy denied the image layers",
			Meaning: "ECR stores layers in its own S3 bucket and hands out presigned URLs for them. A 403 there comes from the policy of the VPC's S3 endpoint, not from the role.",
			Reason:  "The manifest was read, so the role is allowed to pull. The layer's URL is signed by ECR.",
			Fix: []string{
				"Allow s3:GetObject on arn:aws:s3:::prod-{region|REGION}-starport-layer-bucket/* in the policy of the VPC's S3 gateway endpoint.",
			},
			Docs: []string{docECREndpoints},
			When: startSays(
				pattern("error parsing http 403 response body", `error parsing HTTP 403 response body[\s\S]{0,300}?<Code>AccessDenied`), // XML is S3's, not a registry's
				pattern("redacted ecr url", `redacted ecr url[^\n]{0,400}?403`),
				pattern("starport-layer-bucket", `prod-(?P<region>[\w-]+?)-starport-layer-bucket[^\n]{0,600}?403`)),
		},
	}, imageContentCauses()...)
}

// puller decides who pulled where the registry names nobody.
func puller(c *Case, _ Match) Answer {
	switch {
	case c.Facts.Host == cause.HostEC2 && c.Facts.RolesComplete && c.Facts.ExecutionRole == "":
		return answer(verdict.InstanceRole, "", verdict.Likely, "who.no-execution-role", nil)
	case c.Facts.Host == cause.HostFargate || c.Facts.ExecutionRole != "":
		return answer(verdict.ExecutionRole, c.Facts.ExecutionRole, verdict.Likely, "who.pulls", nil)
	}
	return answer(verdict.ExecutionRole, "", verdict.Possible, "who.pulls-either", nil)
}

// imageOf names the image of the container whose reason matched.
func imageOf(c *Case, m Match) map[string]string {
	if m.Text == nil || m.Text.Place != Reason {
		return nil
	}
	for _, r := range c.Facts.Containers {
		if m.Concerns(r.Name) && r.Image != "" {
			return map[string]string{"image": r.Image}
		}
	}
	return nil
}
