// Package awsclient reads from a live AWS account what is known of one ECS task:
// the task, its definition, its logs, the calls that it made and its service's
// events. Start with Collector.Collect and gather.go, which says what is asked
// when; package source reads, session signs, limit holds back and failure
// explains. No type of the SDK leaves these packages.
//
// A source that fails is a line in the evidence and never fails the whole; an
// error means that there is nothing to make a diagnosis from.
package awsclient
