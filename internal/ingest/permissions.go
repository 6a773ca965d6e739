package ingest

import "whystopped/internal/permissions"

// Permissions are what reading the queue needs of IAM. A trial would take a
// message away, so real calls alone show them.
func Permissions() []permissions.Permission {
	return []permissions.Permission{
		{Action: "sqs:ReceiveMessage", File: "deploy/iam/queue.json", Required: true},
		{Action: "sqs:DeleteMessage", File: "deploy/iam/queue.json", Required: true},
	}
}
