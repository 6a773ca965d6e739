package catalogue

import "whystopped/internal/diagnose/verdict"

// networkWords are said of connections that were never made. None is ever
// about a permission: IAM answers, a blocked network does not. Of the captures
// the last one counts, so the words that name a host come last.
var networkWords = says(Anywhere,
	phrase("i/o timeout"),
	pattern("context deadl", `context deadl(?:ine(?: exceeded)?)?`),
	phrase("client.timeout exceeded"), phrase("request canceled while waiting for connection"), phrase("timeout awaiting response headers"),
	pattern("requestcanceled", `RequestCanceled\b`),
	pattern("signal: killed", `(?:pull command failed|logger args|connection issue|env files?)[\s\S]{0,400}?signal: killed`),
	pattern("statuscode: 0", `StatusCode: 0, RequestID: ?,`),
	phrase("no such host"), phrase("tls handshake timeout"), phrase("could not reach any registry endpoint"), phrase("could not connect to the endpoint url"),
	phrase("network is unreachable"), phrase("no route to host"), phrase("temporary failure in name resolution"), phrase("connection issue between the task"),
	phrase("request send failed"), phrase("proxyconnect tcp"), phrase("server gave http response to https client"), phrase("remote error: tls"),
	pattern("send request failed", `RequestError: send request failed`),
	pattern("connection refused", `dial tcp [^\n]{0,120}?connection refused`),
	pattern("connection reset by peer", `(?:read tcp|(?:Get|Head|Post) "?https?://)[^\n]{0,300}?connection reset by peer`),
	phrase("connect: connection timed out"), phrase("x509: certificate"), phrase("server misbehaving"),
	pattern("dial tcp: lookup", `dial tcp: lookup (?P<target>[\w-]+(?:\.[\w-]+)+)`),
	failedRequest("dial tcp"), failedRequest("net/http:"), failedRequest("context deadline"), failedRequest("EOF"), failedRequest("read tcp"), failedRequest("proxyconnect"), failedRequest("x509:"), failedRequest("tls:"), failedRequest("remote error"),
	pattern("connection issue between the task", `There is a connection issue between the task and (?P<target>(?:Amazon|AWS) [A-Z][\w\s]*?)\.`),
)

// failedRequest is how Go words an HTTP request that a failure ended.
func failedRequest(failure string) *Phrase {
	return pattern(failure, `(?:Get|Head|Post|Put) "?https?://(?P<target>[\w-]+(?:\.[\w-]+)+(?::\d+)?)[^\s]*:? `+failure)
}

// notTheTasksNetwork are words that come with timeouts of another kind: of
// plugins and runtimes on the host, of health checks, of the agent itself.
var notTheTasksNetwork = says(Anywhere,
	phrase("volumedriver."), phrase("failed to get image reference"), phrase("efs utils"), phrase("mount.nfs4"), phrase("is unhealthy in"), phrase("health check"), phrase("could not transition to"),
	phrase("failed to initialize logging driver: dial"), phrase("credentialsendpointerror"), phrase("169.254.170.2"), phrase("failed to configure eni"), phrase("network namespace"), phrase("cannotstopcontainererror"), phrase("cannotinspectcontainererror"))

// networkCauses: the way to AWS and to registries. Network interfaces are in
// interfaceCauses.
func networkCauses() []*Cause {
	return append([]*Cause{
		{
			Code: "network.unreachable", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Network timeout: the task can't reach {target|an AWS service or its registry}",
			Meaning: "A connection that starting the task needs was never made or never answered. That is the network, not a permission: IAM answers at once, a blocked network stays silent.",
			Reason:  "The request never arrived where roles are checked, so changing a role won't help.",
			Fix: []string{
				"Give subnet {subnet|of the task} a route to {target|the service}: a NAT gateway (private subnet), a public IP with assignPublicIp=ENABLED (public subnet), or VPC endpoints: {endpoints|for what startup needs: ecr.api, ecr.dkr, the S3 gateway, logs, secretsmanager, ssm}.",
				"Allow outbound TCP 443 from the task's security group, and inbound TCP 443 from it on the endpoints' security group.",
				"Check the VPC's DNS settings, route tables, and network ACLs. On Fargate, AWSSupport-TroubleshootECSTaskFailedToStart (Systems Manager) checks them for you.",
			},
			Docs: []string{docResourceInit, docTaskNetworking, docVPCEndpoints},
			When: Unless{
				Match: Any{
					says(Stopped|Reason|Event|Attachment, networkWords.Any...),
					With{Match: Both{First: says(Log|Pasted, networkWords.Any...), Second: startWords}, Phase: verdict.PhaseStartup},
				},
				But: Any{refusedPull, notTheTasksNetwork},
			},
		},
		{
			Code: "network.unreachable-pasted", Area: AreaNetwork, Phase: verdict.PhaseUnknown, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Network timeout: can't connect to {target|another host}",
			Meaning: "The text shows a connection that was never made or never answered. That is the network, not a permission; the text doesn't show whether the task was starting or running.",
			Reason:  "A request that didn't arrive was not denied.",
			Fix: []string{
				"Check the route to {target|the host in the text}: subnets, route tables, NAT gateway or VPC endpoints, DNS, and the security groups on both sides.",
			},
			Docs: []string{docResourceInit, docTaskNetworking},
			When: Unless{Match: says(Pasted, networkWords.Any...), But: Any{refusedPull, notTheTasksNetwork, startWords}},
		},
		{
			Code: "network.retries-exhausted", Area: AreaNetwork, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "Startup call failed after {tries|several} tries, probably a network timeout",
			Meaning: "ECS retries a call that gets no answer, and mostly gives up at the first denial. After {tries|several} tries a blocked route to the service is the most likely cause, but the deciding words were cut off.",
			Reason:  "A denial mostly comes at the first try.",
			Fix: []string{
				"Check the full reason with aws ecs describe-tasks, field stoppedReason. Service events often have it longer.",
				"Check the route out of the task's subnet: NAT gateway, public IP, or VPC endpoints, and the security group on TCP 443.",
			},
			Docs: []string{docResourceInit, docTaskNetworking},
			When: Unless{
				Match: says(ByECS, pattern("has been retried", `has been retried (?P<tries>[3-9]|\d\d+) times?\b`), pattern("time(s)", `has been retried (?P<tries>[3-9]|\d\d+) time\(s\)`)),
				But:   says(Anywhere, phrase("unexpected status"), phrase("accessdenied"), phrase("descriptor matching platform")),
			},
		},
		{
			Code: "network.runtime", Area: AreaNetwork, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application couldn't reach another host",
			Meaning: "The application ran, and a connection it needs timed out or found no route. That is the network, not a permission.",
			Reason:  "A request that didn't arrive was not denied.",
			Fix: []string{
				"Check the address that the application uses, the security groups on both sides, route tables, and VPC endpoints.",
			},
			Docs: []string{docTaskNetworking},
			When: Unless{
				Match: says(Log,
					phrase("i/o timeout"), phrase("connect etimedout"), phrase("connection timed out"), phrase("connecttimeouterror"), phrase("connect timeout on endpoint url"), phrase("network is unreachable"), phrase("no route to host"),
					phrase("client.timeout exceeded"), phrase("tls handshake timeout"), phrase("connect timed out"), phrase("requestcanceled"), phrase("context deadline exceeded"), phrase("operation timed out"), phrase("connection timeout"), phrase("connect timeout occurred"), phrase("timeout expired"), phrase("connection attempt failed because the connected party"),
					pattern("etimedout", `\bETIMEDOUT\b`), pattern("ehostunreach", `\bEHOSTUNREACH\b`), pattern("enetunreach", `\bENETUNREACH\b`), phrase("could not connect to the endpoint url"), phrase("host is unreachable")),
				But: Any{startWords, says(Log, phrase("169.254.169.254"), phrase("169.254.170.2"), phrase("queuepool limit"), phrase("connection from the pool"))},
			},
		},
	}, interfaceCauses()...)
}
