package samples

import "whystopped/internal/diagnose/verdict"

// imageSamples are tasks whose image could not be pulled, for want of a
// permission or for another reason.
func imageSamples() []draft {
	const kind = "Image"
	return []draft{
		{
			Sample: Sample{
				Name: "ecr-token-denied", Kind: kind,
				Title:        "Execution role isn't allowed to sign in to ECR",
				WantCause:    "startup.ecr.token-denied",
				WantIdentity: verdict.ExecutionRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.IAMPermission,
			},
			app: "orders-worker", life: failedInit, ended: 17 * minute, tries: 2,
			execIAM: roleDraft{policies: []string{}}, // the next denials would be the image and the log
			stopped: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): operation error ECR: GetAuthorizationToken, https response error StatusCode: 400, RequestID: {uuid}, api error AccessDeniedException: User: {exec} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
			calls: []apiCall{{
				by: byExec, before: 2 * second, call: "ecr:GetAuthorizationToken",
				denied: "User: {exec} is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
			}},
		},
		{
			Sample: Sample{
				Name: "ecr-pull-forbidden", Kind: kind,
				Title:        "ECR: 403 on pull, explained by CloudTrail only",
				WantIdentity: verdict.ExecutionRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.IAMPermission,
			},
			app: "reports", life: failedPull, ended: 26 * minute,
			execIAM: roleDraft{policies: []string{allow("*", "ecr:GetAuthorizationToken"), writeLogs}},
			stopped: "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: unexpected status from HEAD request to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/reports/manifests/2026.11.3: 403 Forbidden",
			calls: []apiCall{{
				by: byExec, before: 2 * second, call: "ecr:BatchGetImage",
				denied: "User: {exec} is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/reports because no identity-based policy allows the ecr:BatchGetImage action",
			}},
		},
		{
			Sample: Sample{
				Name: "instance-role-pull-denied", Kind: kind,
				Title:        "EC2 without an execution role: instance role isn't allowed to pull",
				WantCause:    "startup.ecr.pull-denied",
				WantIdentity: verdict.InstanceRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.IAMPermission,
			},
			app: "thumbnailer", onEC2: true, execRole: noRole, life: failedPull, ended: 38 * minute,
			boxes: []box{{
				memory: 512,
				reason: "CannotPullContainerError: The task can’t pull the image. Check that the role has the permissions to pull images from the registry. Error response from daemon: pull access denied for 111122223333.dkr.ecr.eu-west-1.amazonaws.com/thumbnailer, repository does not exist or may require 'docker login': denied: User: {instance} is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/thumbnailer because no identity-based policy allows the ecr:BatchGetImage action",
			}},
			calls: []apiCall{{
				by: byInstance, before: 1 * second, call: "ecr:BatchGetImage",
				denied: "User: {instance} is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/thumbnailer because no identity-based policy allows the ecr:BatchGetImage action",
			}},
		},
		{
			Sample: Sample{
				Name: "ecr-timeout", Kind: kind,
				Title:        "ECR unreachable: timeout, not permissions",
				WantCause:    "network.unreachable",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseStartup, WantCategory: verdict.Network,
			},
			app: "inventory", life: failedInit, ended: 12 * minute, took: 5 * minute,
			stopped: "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post \"https://api.ecr.eu-west-1.amazonaws.com/\": dial tcp 10.0.12.7:443: i/o timeout",
		},
		{
			Sample: Sample{
				Name: "image-tag-missing", Kind: kind,
				Title:        "Image tag not found",
				WantCause:    "image.not-found",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseStartup, WantCategory: verdict.ImageNotFound,
			},
			app: "storefront", life: failedPull, ended: 9 * minute, tries: 2,
			boxes:   []box{{image: registry + "/storefront:2026.11.31"}},
			stopped: "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: {image}: not found",
		},
		{
			Sample: Sample{
				Name: "image-platform", Kind: kind,
				Title:        "Image built for ARM only",
				WantCause:    "image.platform",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseStartup, WantCategory: verdict.ImagePlatform,
			},
			app: "recommender", life: failedPull, ended: 47 * minute,
			stopped: "CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'",
		},
	}
}
