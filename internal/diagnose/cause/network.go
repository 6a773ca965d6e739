package cause

import "whystopped/internal/diagnose/verdict"

// networkWords are said of connections that were never made. None is ever
// about a permission: IAM answers, a blocked network does not.
var networkWords = says(Anywhere,
	phrase("i/o timeout"),
	pattern("context deadl", `context deadl(?:ine(?: exceeded)?)?`),
	phrase("client.timeout exceeded"), phrase("request canceled while waiting for connection"),
	pattern("requestcanceled", `RequestCanceled\b`),
	pattern("signal: killed", `(?:pull command failed|logger args|connection issue|env files?)[\s\S]{0,400}?signal: killed`),
	pattern("statuscode: 0", `StatusCode: 0, RequestID: ?,`),
	pattern("connection issue between the task", `There is a connection issue between the task and (?P<service>[\w .]+)`),
	phrase("no such host"), phrase("tls handshake timeout"), phrase("could not reach any registry endpoint"),
	phrase("network is unreachable"), phrase("no route to host"), phrase("temporary failure in name resolution"),
	pattern("request send failed", `request send failed`),
	pattern("send request failed", `RequestError: send request failed`),
	pattern("connection refused", `dial tcp [^\n]{0,120}?connection refused`),
	phrase("connect: connection timed out"), phrase("x509: certificate"), phrase("server misbehaving"),
	pattern("exceeded maximum number of attempts", `exceeded maximum number of attempts, \d+, https response error StatusCode: 0`),
)

// networkCauses: the way to AWS and to registries.
func networkCauses() []*Cause {
	return []*Cause{
		{
			Code: "network.unreachable", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The task could not reach {service|an AWS service or its registry} over the network",
			Meaning: "The connection that starting the task needs was never made, or never answered. That is the network, not a permission: IAM answers at once, a blocked network stays silent.",
			Reason:  "No role can mend this: the request did not arrive where roles are checked.",
			Fix: []string{
				"Give the task's subnet a way out: a NAT gateway (private subnet), a public IP with assignPublicIp=ENABLED (public subnet), or VPC endpoints for what it needs: ecr.api, ecr.dkr, the S3 gateway, logs, secretsmanager, ssm.",
				"Let the task's security group out on 443, and the endpoints' security group in from the task.",
				"Check the VPC's DNS settings and route tables.",
			},
			Docs: []string{docResourceInit, docTaskNetworking, docVPCEndpoints},
			When: Unless{
				Match: When{If: func(f *Facts) bool { return true }, Match: says(Stopped|Reason|Event|Attachment, networkWords.Any...)},
				But: Any{
					refusedPull,
					says(ByECS, phrase("volumedriver.create"), phrase("failed to get image reference"), phrase("efs utils"), phrase("mount.nfs4"), phrase("failed to initialize logging driver: dial unix"), phrase("is unhealthy in"), phrase("health check"), phrase("could not transition to")),
				},
			},
		},
		{
			Code: "network.unreachable-pasted", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "A connection could not be made",
			Meaning: "The text tells of a connection that was never made or never answered. That is the network, not a permission.",
			Fix:     []string{"Check subnets, route tables, NAT or VPC endpoints, and security groups on the way to the host that the text names."},
			Docs:    []string{docResourceInit, docTaskNetworking},
			When:    Unless{Match: says(Pasted, networkWords.Any...), But: Any{refusedPull, says(Pasted, phrase("volumedriver.create"), phrase("efs utils"), phrase("mount.nfs4"))}},
		},
		{
			Code: "network.eni", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The task's network interface was not ready in time",
			Meaning: "ECS could not make or set up the network interface of the task: no free address in the subnet, throttling, or trouble inside AWS.",
			Fix:     []string{"Check the free addresses of the subnet and the account's quota of network interfaces, then start the task again."},
			Docs:    []string{docTaskNetworking, docStoppedCodes},
			When: Unless{
				Match: says(ByECS|Log,
					phrase("timeout waiting for network interface provisioning"), phrase("network interface provision complete error timeout"),
					pattern("attempting to create network interface", `unexpected ec2 error while attempting to create network interface`),
					phrase("insufficientfreeaddressesinsubnet"), phrase("no available ip"),
					phrase("containernetworkingerror"), phrase("cni plugin"), phrase("failed to setup network namespace"), phrase("cannot setup task network namespace"), phrase("unable to build cni configuration"), phrase("add network failed")),
				But: says(ByECS, phrase("tagpolicyviolation"), phrase("unauthorizedoperation"), phrase("not authorized to perform")),
			},
		},
		{
			Code: "network.eni-tag-policy", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "An Organizations tag policy refused the task's network interface",
			Meaning: "The tags that ECS puts on the network interface break a tag policy of the organization. No IAM statement mends that.",
			Fix:     []string{"Bring the tags of the service or task in line with the organization's tag policy."},
			Docs:    []string{docTaskNetworking},
			When:    says(ByECS, phrase("tagpolicyviolation")),
		},
		{
			Code: "network.eni-denied", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ServiceLinkedRole, Confidence: verdict.Likely,
			Title:   "ECS may not create the task's network interface",
			Meaning: "EC2 refused the network interface to ECS's service-linked role: a shared subnet whose owner does not allow it, or the service-linked role is missing.",
			Reason:  "Network interfaces are made by the service-linked role, not by the task's roles.",
			Docs:    []string{docServiceLinked},
			When: Both{
				says(ByECS, phrase("unexpected ec2 error while attempting to")),
				says(ByECS, phrase("unauthorizedoperation")),
			},
		},
		{
			Code: "network.runtime", Area: AreaNetwork, Phase: verdict.PhaseRuntime, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application could not reach another host",
			Meaning: "The application ran and a connection it needed timed out or found no route. That is the network, not a permission.",
			Fix:     []string{"Check the address that the application uses, security groups on both sides, route tables, and VPC endpoints."},
			Docs:    []string{docTaskNetworking},
			When: Unless{
				Match: says(Log,
					phrase("i/o timeout"), phrase("connect etimedout"), phrase("connection timed out"), phrase("connecttimeouterror"), phrase("connect timeout on endpoint url"), phrase("network is unreachable"), phrase("no route to host"),
					phrase("client.timeout exceeded"), phrase("tls handshake timeout"), pattern("connect timed out", `connect timed out`), phrase("requestcanceled")),
				But: says(Log, phrase("169.254.169.254"), phrase("169.254.170.2")),
			},
		},
	}
}
