// Package awsclient reads from a live AWS account what is known of one ECS
// task, over the AWS SDK: the task, its task definition, its logs, the calls
// that it made and its service's events. No type of the SDK leaves the package.
//
// A source that fails is a line in the evidence and never fails the whole; an
// error means that there is nothing to make a diagnosis from.
package awsclient
