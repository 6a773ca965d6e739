package catalogue

import "whystopped/internal/diagnose/verdict"

// interfaceCauses: the network interface that ECS makes for a task, and the
// network inside the host.
func interfaceCauses() []*Cause {
	return []*Cause{
		{
			Code: "network.eni", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The task's network interface wasn't ready in time",
			Meaning: "ECS couldn't create or attach the task's network interface in {subnet|its subnet}: no free address, throttling, a host that takes no more interfaces, or an AWS error.",
			Reason:  "ECS creates the interface itself; no role of the task is used.",
			Fix: []string{
				"Check the free addresses of subnet {subnet|of the task} (aws ec2 describe-subnets) and the account's quota of network interfaces, then start the task again.",
				"If it keeps happening on one container instance, replace that instance.",
			},
			Docs: []string{docTaskNetworking, docStoppedCodes},
			When: Unless{
				Match: agentSays(
					phrase("timeout waiting for network interface provisioning"), phrase("network interface provision complete error timeout"), phrase("failed to configure eni"), phrase("eni attachment timed out"),
					pattern("attempting to create network interface", `attempting to Create Network Interface(?:[\w\s]*? in subnet '?(?P<subnet>subnet-[0-9a-f]+))?`)),
				But: says(Anywhere, phrase("tagpolicyviolation"), phrase("unauthorizedoperation"), phrase("not authorized to perform"), phrase("insufficientfreeaddresses"), phrase("interfacelimitexceeded"), phrase("addresslimitexceeded"), phrase(".notfound")),
			},
		},
		{
			Code: "network.addresses-used-up", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "No free IP address in subnet {subnet|of the task}",
			Meaning: "Each task in awsvpc mode needs an address of its subnet, and all are in use.",
			Reason:  "Amazon EC2 was asked and allowed; there was nothing left to give.",
			Fix: []string{
				"Add larger subnets to the service's network configuration, or free addresses in {subnet|the subnet}: old tasks, unused network interfaces, or a rollout that doubles the number of tasks.",
			},
			Docs: []string{docTaskNetworking},
			When: agentSays(
				phrase("insufficientfreeaddressesinsubnet"), phrase("does not have enough free addresses"), phrase("no available ip"), phrase("insufficient ip addresses"),
				pattern("insufficientfreeaddresses", `(?P<subnet>subnet-[0-9a-f]+)[^\n]{0,40}?InsufficientFreeAddresses`)),
		},
		{
			Code: "network.interface-quota", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Quota of network interfaces in the Region reached",
			Meaning: "Each task in awsvpc mode needs a network interface, and the account isn't allowed to have more of them.",
			Reason:  "A quota denied it, not a policy.",
			Fix: []string{
				"Delete network interfaces in status available that nobody uses, or request a quota increase (Service Quotas: network interfaces per Region).",
			},
			Docs: []string{docTaskNetworking, docQuotas},
			When: agentSays(phrase("networkinterfacelimitexceeded"), phrase("maximum number of network interfaces"), phrase("privateipaddresslimitexceeded")),
		},
		{
			Code: "network.namespace", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Network,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The host couldn't set up the task's network",
			Meaning: "The ECS agent connects the containers to their network interface or bridge with CNI plugins, and one failed. The interface didn't appear on the host, or the host's state is broken.",
			Reason:  "This happens on the host, without a call to AWS.",
			Fix: []string{
				"Check /var/log/ecs/ecs-agent.log and /var/log/ecs/ecs-cni-*.log on the container instance and update the agent. Replace the instance if it continues.",
			},
			Docs: []string{docAgent, docTaskNetworking},
			When: agentSays(
				phrase("containernetworkingerror"), phrase("cni plugin"), phrase("cni setup"), phrase("setup network namespace"), phrase("setup task network namespace"), phrase("from network namespace setup"), phrase("unable to build cni configuration"),
				phrase("add network failed"), phrase("unable to get bridgeip for task"), phrase("sc bridge mode pause container")),
		},
		{
			Code: "network.eni-tag-policy", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "An Organizations tag policy denied the task's network interface",
			Meaning: "The tags that ECS puts on the network interface violate a tag policy of the organization. No IAM statement fixes that.",
			Reason:  "A tag policy checks values, not principals.",
			Fix: []string{
				"Change the tags of the service, task definition, and cluster (propagateTags, managed tags) to match the organization's tag policy, or have that policy changed.",
			},
			Docs: []string{docTaskNetworking},
			When: agentSays(phrase("tagpolicyviolation")),
		},
		{
			Code: "network.eni-denied", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ServiceLinkedRole, Confidence: verdict.Likely,
			Title:   "ECS isn't allowed to create the task's network interface",
			Meaning: "Amazon EC2 denied the network interface to the ECS service-linked role. The owner of a shared subnet doesn't allow it, or the service-linked role is missing.",
			Reason:  "Network interfaces are created by the service-linked role, not by the task's roles.",
			Fix: []string{
				"Check that AWSServiceRoleForECS exists (aws iam get-role --role-name AWSServiceRoleForECS). If not, create it: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com.",
				"In a shared VPC, ask the owner of the subnet whether it's still shared with this account, security groups included.",
			},
			Docs: []string{docServiceLinked, docTaskNetworking},
			When: Both{
				First:  agentSays(phrase("unexpected ec2 error while attempting to")),
				Second: says(ByECS, phrase("unauthorizedoperation")),
			},
		},
	}
}
