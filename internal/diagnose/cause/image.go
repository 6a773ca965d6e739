package cause

import "whystopped/internal/diagnose/verdict"

// refusedPull is in every text of a pull that IAM refused; the friendly words
// before it ("repository does not exist") then mean nothing.
var refusedPull = says(Anywhere, phrase("not authorized to perform"))

// imageCauses: the image, its registry and its platform.
func imageCauses() []*Cause {
	const pulls = ByECS | Log
	return []*Cause{
		{
			Code: "image.not-found", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.ImageNotFound,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The image {image|of the container} does not exist in its registry",
			Meaning: "The registry answered that it has no such repository, tag or digest. On Docker Hub a private repository looks the same.",
			Reason:  "The registry answered about the image itself, so the login worked or none was needed.",
			Fix:     []string{"Check the image's name, tag and Region in the task definition against the registry, and push the image or correct the reference.", "If it is a private repository of another registry, give the container repositoryCredentials."},
			Docs:    []string{docCannotPull},
			When: Unless{
				Match: says(pulls,
					pattern("pull access denied for", `pull access denied for (?P<image>[^\s,]+), repository does not exist`),
					pattern("manifest for", `manifest for (?P<image>\S+) not found`),
					pattern("manifest unknown", `(?:(?P<image>[\w./:@-]+):? )?manifest unknown`),
					pattern("not found", `failed to resolve (?:ref|reference) "?(?P<image>[^\s"]+?)"?: (?:\S+ )?(?:\S+: )?not found`),
					pattern("not found", `(?:failed to copy|ref pull)[^\n]{0,300}?(?:content descriptor|httpReadSeeker)[^\n]{0,300}?not found`),
					pattern("not found", `repository (?P<image>[\w./:@-]+) not found`),
					pattern("not found in repository", `tag (?P<tag>\S+) not found in repository (?P<image>\S+)`),
					pattern("name unknown", `name unknown: the repository with name '(?P<image>[^']+)' does not exist`),
					pattern("requested access to the resource is denied", `(?:pull access denied for (?P<image>[^\s,]+)|denied: requested access to the resource is denied)`),
					phrase("requested image not found"),
					phrase("no such image"),
					pattern("image not found", `image not found`),
					phrase("imagenotfoundexception"),
					phrase("repositorynotfoundexception"),
					phrase("manifest not found"),
					pattern("insufficient_scope", `insufficient_scope: authorization failed`),
					pattern("not found", `CannotPull\w*Error:[^\n]{0,200}?\b(?P<image>[\w.-]+/[\w./:@-]+): not found`),
					phrase("failed to find a repo digest matching"),
				),
				But: Any{refusedPull, says(pulls, phrase("toomanyrequests"), phrase("no such file or directory"), pattern("pull access denied for", `pull access denied for [\w.-]+\.dkr\.ecr`))},
			},
		},
		{
			Code: "startup.ecr.login-missing", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.UnknownIdentity, Who: puller, Confidence: verdict.Possible,
			Title:   "ECR refused the pull of {image|the image} without a reason",
			Meaning: "Docker's words leave open whether the repository is missing or no valid login was sent. ECR says \"name unknown\" of a missing repository, so a login that failed is likelier: the pulling role's permissions, or an agent that lost its credentials.",
			Reason:  "The image is in ECR, where the login is made with the pulling role.",
			Fix:     []string{"Check that the repository exists in exactly this account and Region, that the pulling role may call ecr:GetAuthorizationToken and ecr:BatchGetImage, and that other tasks on the same host can pull; if they cannot, restart the agent or replace the host."},
			Docs:    []string{docCannotPull, docAgent},
			When: Unless{
				Match: says(pulls, pattern("pull access denied for", `pull access denied for (?P<image>[\w.-]+\.dkr\.ecr[\w.-]*\.amazonaws\.com[^\s,]*), repository does not exist`)),
				But:   refusedPull,
			},
		},
		{
			Code: "image.rate-limit", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.RegistryRateLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The registry's pull rate limit was reached",
			Meaning: "The registry answered 429: too many pulls from this address or account. No AWS permission is involved.",
			Fix:     []string{"Pull through ECR's pull-through cache or copy the image to ECR.", "Or log in to the registry: put its credentials into Secrets Manager and name them as repositoryCredentials."},
			Docs:    []string{docCannotPull, docPrivateAuth},
			When: says(ByECS|Log,
				phrase("toomanyrequests"), phrase("reached your pull rate limit"), phrase("pull rate limit"), phrase("reached your unauthenticated pull"),
				pattern("429 too many requests", `(?:CannotPull|pull|manifests?|registry|ref|docker)[^\n]{0,400}?429 Too Many Requests`),
				pattern("rate exceeded", `(?:CannotPull|toomanyrequests)[^\n]{0,200}?rate exceeded`)),
		},
		{
			Code: "image.platform", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.ImagePlatform,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The image has no build for the task's platform {platform|(CPU architecture or operating system)}",
			Meaning: "The image was built for another CPU architecture or operating system than the task runs on.",
			Fix:     []string{"Build the image for the task's platform (docker buildx build --platform …), or set runtimePlatform.cpuArchitecture in the task definition to the image's."},
			Docs:    []string{docCannotPull, docTaskParameters},
			When: says(ByECS|Log,
				pattern("descriptor matching platform", `does not contain descriptor matching platform '?"?(?P<platform>[\w/.-]+)?`),
				pattern("no matching manifest for", `no matching manifest for (?P<platform>[\w/.-]+)`),
				phrase("no match for platform in manifest"),
				pattern("cannot be used on this platform", `image operating system "?(?P<platform>\w+)"? cannot be used on this platform`),
				phrase("does not match the specified platform"), phrase("does not match the detected host platform"),
				phrase("exec format error"), phrase("rosetta error:"), phrase("a windows version of this image")),
		},
		{
			Code: "image.registry-login", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.RegistryAuth,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The registry of {image|the image} refused the login",
			Meaning: "The registry wants a login that the task did not bring, or that was wrong or expired. It is the registry's own login, no AWS permission.",
			Reason:  "Nothing was asked of IAM: a private registry outside AWS knows only the credentials of the task definition.",
			Fix:     []string{"Put the registry's user name and password (or token) into Secrets Manager and name the secret as repositoryCredentials of the container.", "For ECR, check the registry's account and Region in the image's name."},
			Docs:    []string{docPrivateAuth, docCannotPull},
			When: Unless{
				Match: says(ByECS|Log,
					pattern("failed to authorize", `(?:ref "?(?P<image>[^\s"]+?)"?: )?failed to authorize`),
					phrase("failed to fetch anonymous token"), phrase("failed to fetch oauth token"),
					phrase("no basic auth credentials"),
					phrase("your authorization token has expired"),
					phrase("unauthorized: authentication required"), phrase("unauthorized: incorrect username or password"), phrase("incorrect username or password"),
					pattern("401 unauthorized", `(?:pull|manifests?|ref|registry|docker|token|image)[^\n]{0,400}?401 Unauthorized`),
					pattern("unauthorized:", `(?:CannotPull|Get "?https?://|daemon:)[^\n]{0,300}?\bunauthorized: `),
					pattern("denied:", `denied: (?:access forbidden|installation not allowed|permission_denied)`),
					phrase("authorizationdata is malformed"),
					phrase("unable to unmarshal secret value, invalid schema")),
				But: Any{refusedPull, networkWords, says(ByECS|Log, phrase("insufficient_scope"))},
			},
		},
		{
			Code: "startup.ecr.forbidden", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.UnknownIdentity, Who: puller, Confidence: verdict.Likely,
			Title:   "ECR answered 403 for {repository|the image}",
			Meaning: "ECR's registry refused the manifest without saying why. Either {role|the role that pulls} lacks ecr:BatchGetImage on the repository, or the repository's own policy does not allow that account.",
			Reason:  "The login token was granted, so the role is known to ECR; a registry's HEAD request has no body that could name the permission.",
			Fix: []string{
				"If the repository {repository|} is in another account than the task, its owner must allow the pulling role or account in the repository policy; the role needs the pull actions besides.",
				"If it is in the task's own account, allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository for the role.",
			},
			Docs:   []string{docCannotPull, docECRPolicies},
			Grants: []string{"ecr:BatchGetImage"},
			When: Unless{
				Match: says(ByECS|Log,
					pattern("403 forbidden", `(?:(?P<registry>[\w-]+)\.dkr\.ecr(?:-fips)?\.(?P<region>[\w-]+)\.amazonaws\.com(?:\.cn)?/(?:v2/)?(?P<repository>[\w./-]+?)(?:/(?:manifests|blobs)/|[:@"\s]))[\s\S]{0,700}?403 Forbidden`),
					pattern("403 forbidden", `(?:unexpected status code \[manifests|pulling from host|unexpected status from HEAD request)[^\n]{0,300}?403 Forbidden`)),
				But: Any{refusedPull, says(ByECS, phrase("starport-layer-bucket"), phrase("redacted ecr url"))},
			},
		},
		{
			Code: "image.layer-endpoint-policy", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Likely,
			Title:   "S3 refused the image's layers: the S3 endpoint's policy leaves out ECR's bucket",
			Meaning: "ECR keeps layers in an S3 bucket of its own, reached with presigned URLs. A 403 there comes from the policy of the VPC's S3 endpoint, not from the role.",
			Reason:  "The manifest was read, so the role may pull; the layer's URL is signed by ECR.",
			Fix:     []string{"Let the S3 gateway endpoint's policy allow s3:GetObject on arn:PARTITION:s3:::prod-REGION-starport-layer-bucket/*."},
			Docs:    []string{docECREndpoints},
			When: says(ByECS|Log,
				pattern("starport-layer-bucket", `starport-layer-bucket[^\n]{0,600}?403`),
				pattern("redacted ecr url", `redacted ecr url[^\n]{0,400}?403`)),
		},
		{
			Code: "image.disk-full", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "There is no room on the disk for the image",
			Meaning: "Unpacking the image failed because the storage of the task or host is full.",
			Fix:     []string{"On Fargate raise ephemeralStorage.sizeInGiB in the task definition; on EC2 enlarge the instance's volume or let the agent clean up images sooner.", "Make the image smaller."},
			Docs:    []string{docCannotPull},
			When: says(ByECS|Log,
				pattern("no space left on device", `(?:pull|layer|register|extract|image|snapshot|tar|unpack)[^\n]{0,500}?no space left on device`),
				pattern("failed to register layer", `failed to register layer:[^\n]{0,200}?ApplyLayer exit status \d+ stdout: +stderr: ?$`),
				phrase("thinpool"), pattern("thin pool has", `thin pool has \d+ free`), phrase("minimum free metadata space")),
		},
		{
			Code: "image.reference-invalid", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The image reference {image|in the task definition} is malformed",
			Meaning: "What stands as image in the task definition is no valid reference.",
			Fix:     []string{"Correct the image field: [registry/]repository[:tag|@digest], in lower case."},
			Docs:    []string{docCannotPull},
			When: says(ByECS|Log,
				phrase("invalid reference format"), phrase("repository name must be lowercase"),
				pattern("failed to prepare a canonical reference", `failed to prepare a canonical reference with image '(?P<image>[^']+)'`)),
		},
		{
			Code: "image.pull-stalled", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The image pull made no progress",
			Meaning: "The pull was given up after a long time without data. That is a slow or blocked way to the registry, or a very slow disk.",
			Fix:     []string{"Check the route to the registry (NAT, VPC endpoints, proxy) and the disk of the host."},
			Docs:    []string{docCannotPull},
			When: says(ByECS|Log,
				phrase("inactivity time exceeded timeout while pulling image"),
				pattern("could not transition to pulled", `could not transition to (?:pulled|MANIFEST_PULLED|pullBegin)`)),
		},
		{
			Code: "image.corrupt", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The image's content could not be verified or unpacked",
			Meaning: "The data that came did not match the image's digests, or its format is not understood.",
			Fix:     []string{"Push the image again; if it happens on one host only, replace the host."},
			Docs:    []string{docCannotPull},
			When: says(ByECS|Log,
				phrase("filesystem layer verification failed"), phrase("unexpected eof"), phrase("unsupported manifest media type"),
				phrase("image with digest"), phrase("media type application/vnd.docker.distribution.manifest.v1")),
		},
		{
			Code: "startup.pull", Area: AreaImage, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.UnknownIdentity, Confidence: verdict.Possible,
			Title:   "The image could not be pulled, and the text ends before it says why",
			Meaning: "ECS could not fetch the image. The message was cut or does not name the cause: the container's own reason, or the same message in the service's events, may have the rest.",
			Fix:     []string{"Look at the full reason with aws ecs describe-tasks, and at the service's events."},
			Docs:    []string{docCannotPull},
			When:    says(Stopped|Reason|Event|Pasted, phrase("cannotpullcontainererror"), phrase("cannotpullcontainer"), phrase("cannotpullimagemanifesterror"), phrase("failed to resolve ref")),
		},
	}
}

// puller decides who pulled where the registry names nobody.
func puller(c *Case, _ Match) Answer {
	switch {
	case c.Facts.Host == HostEC2 && c.Facts.RolesComplete && c.Facts.ExecutionRole == "":
		return answer(verdict.InstanceRole, "", verdict.Likely, "The task definition has no execution role, so on EC2 the container instance role pulls.")
	case c.Facts.Host == HostFargate || c.Facts.ExecutionRole != "":
		return answer(verdict.ExecutionRole, c.Facts.ExecutionRole, verdict.Likely, "ECS pulls images with the execution role.")
	}
	return answer(verdict.ExecutionRole, "", verdict.Possible, "ECS pulls images with the execution role, on EC2 without one with the container instance role.")
}
