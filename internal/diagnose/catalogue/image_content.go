package catalogue

import "whystopped/internal/diagnose/verdict"

// pullWords stand beside whatever goes wrong while an image is fetched or unpacked.
var pullWords = says(Anywhere,
	phrase("cannotpull"), phrase("register layer"), phrase("extract layer"), phrase("getimageblob"), phrase("error pulling"), phrase("while pulling"), phrase("failed to copy"), phrase("unpack"), phrase("snapshot"))

// imageContentCauses: what fails once the registry has the image: its platform,
// its content, the way of its layers, and the room for them.
func imageContentCauses() []*Cause {
	return []*Cause{
		{
			Code: "image.platform", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.ImagePlatform,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The image doesn't match the task's platform {platform|(CPU architecture or operating system)}",
			Meaning: "The image was built for another CPU architecture or operating system than the task runs on, often on an ARM laptop for tasks that run on x86.",
			Reason:  "The registry returned the image's description, so the pull was allowed.",
			Fix: []string{
				"Build and push the image for {platform|the task's platform}: docker buildx build --platform {platform|linux/amd64}.",
				"Or set runtimePlatform.cpuArchitecture (X86_64 or ARM64) in the task definition to what the image was built for.",
			},
			Docs: []string{docCannotPull, docTaskParameters},
			When: Any{startSays(phrase("exec format error"), phrase("rosetta error:")), agentSays(
				phrase("no match for platform in manifest"), phrase("does not match the specified platform"), phrase("does not match the detected host platform"),
				phrase("a windows version of this image"), phrase("operating system does not match the host operating system"),
				pattern("image is incompatible with", `based image is incompatible with an? \S+ host`),
				pattern("for architecture", `no image found in (?:image index|manifest list) for architecture "?(?P<platform>\w+)`),
				pattern("cannot be used on this platform", `image operating system "?(?P<platform>\w+)"? cannot be used on this platform`),
				pattern("descriptor for platform", `failed to find a descriptor for platform (?:\{?(?P<platform>\w+/[\w/]+)\}?)?`),
				pattern("no matching manifest for", `no matching manifest for (?P<platform>[\w/.-]+)`),
				pattern("descriptor matching platform", `does not contain descriptor matching platform '?"?(?P<platform>[\w/.-]+)?`))},
		},
		{
			Code: "image.disk-full", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Not enough disk space for the image",
			Meaning: "Downloading or unpacking the image failed because the storage of the task or host is full.",
			Reason:  "The image was being downloaded, so the pull was allowed.",
			Fix: []string{
				"On Fargate, increase ephemeralStorage.sizeInGiB in the task definition (20 GiB by default); unpacked layers count.",
				"On EC2, enlarge the instance's volume, or let the agent remove images sooner (ECS_IMAGE_CLEANUP_INTERVAL).",
				"Make the image smaller.",
			},
			Docs: []string{docCannotPull},
			When: Any{
				Both{
					First:  startSays(phrase("no space left on device"), phrase("disk quota exceeded")),
					Second: pullWords,
				},
				startSays(
					pattern("failed to register layer", `failed to register layer:[^\n]{0,200}?ApplyLayer exit status \d+ stdout: +stderr: ?$`),
					phrase("thinpool"), pattern("thin pool has", `thin pool has \d+ free`), phrase("minimum free metadata space")),
			},
		},
		{
			Code: "image.reference-invalid", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Invalid image reference: {image|see the task definition}",
			Meaning: "The image in the task definition isn't a valid reference: an empty variable, capital letters, a space, or http:// before the name.",
			Reason:  "No registry was asked.",
			Fix: []string{
				"Correct the image field of the container: [registry/]repository[:tag|@digest], all but the tag in lowercase.",
			},
			Docs: []string{docCannotPull},
			When: With{Names: imageOf, Match: startSays(
				phrase("invalid reference format"), phrase("repository name must be lowercase"), phrase("invalidparameterexception: invalid image"),
				pattern("failed to parse reference", `failed to parse reference "(?P<image>[^"]*)"`),
				pattern("failed to prepare a canonical reference", `failed to prepare a canonical reference with image '(?P<image>[^']+)'`))},
		},
		{
			Code: "image.pull-stalled", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The image pull made no progress",
			Meaning: "ECS gave up the pull after a long time without data. The route to the registry is slow or blocked, or the disk is very slow.",
			Reason:  "A denial would have come at once.",
			Fix: []string{
				"Check the route from the task or host to the registry (NAT gateway, VPC endpoints, proxy), and the disk's burst credits on the container instance.",
			},
			Docs: []string{docCannotPull},
			When: With{Names: imageOf, Match: startSays(
				phrase("inactivity time exceeded timeout while pulling image"),
				phrase("could not transition to pulled"), phrase("could not transition to pullbegin"), phrase("could not transition to manifest_pulled"),
				pattern("context canceled", `CannotPull\w*: (?:[^\n]{0,80}: )?context canceled`))},
		},
		{
			Code: "image.corrupt", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The image couldn't be verified, unpacked, or stored",
			Meaning: "The data didn't match the image's digests, or the runtime doesn't support its format (an old manifest schema, layers of mixed compression).",
			Reason:  "The image was being downloaded, so the pull was allowed.",
			Fix: []string{
				"Build and push the image again, with one kind of layer compression and a current tool. If it fails on one host only, replace the host.",
			},
			Docs: []string{docCannotPull},
			When: Any{Both{First: startSays(phrase("unexpected eof")), Second: pullWords}, startSays(
				phrase("filesystem layer verification failed"), phrase("unsupported manifest media type"), phrase("image config verification failed"), phrase("wrong diff id"),
				phrase("number of layers and diffids"), phrase("failed to unpack image"), phrase("invalid tar header"), phrase("unsupported compression"), phrase("failed size validation"),
				phrase("unexpected commit digest"), phrase("failed to tag image"), phrase("layer does not exist"), phrase("media type application/vnd.docker.distribution.manifest.v1"), phrase("schema 1 support"))},
		},
		{
			Code: "startup.pull", Area: AreaImage, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.UnknownIdentity, Confidence: verdict.Possible,
			Title:   "Image pull failed, reason unknown: {image|the container's image}",
			Meaning: "ECS couldn't pull the image. The message was cut or doesn't name the cause; the container's own reason, or the same message in the service events, may have the rest.",
			Fix: []string{
				"Check the full reason with aws ecs describe-tasks, field containers[].reason. Service events often have it longer.",
				"Then check, in this order, that {image|the image} exists, that the task execution role is allowed to pull it, and that the subnet has a route to the registry.",
			},
			Docs: []string{docCannotPull},
			When: With{Names: imageOf, Match: startSays(
				phrase("cannotpullcontainer"), phrase("cannotpullimagemanifesterror"), phrase("cannotpullecrcontainererror"), phrase("pull image manifest has been retried"), phrase("ref pull has been retried"), phrase("inspect image has been retried"), phrase("error pulling image"),
				pattern("failed to resolve ref", `failed to resolve ref(?:erence)? "?(?P<image>[^\s":]+(?::[^\s":]+)?)?`))},
		},
	}
}
