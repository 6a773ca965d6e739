// Package samples has the demo's account: stopped tasks of every kind, each a
// draft of a few lines, of which a builder makes the task, its definition, logs,
// CloudTrail records and service. Start with Demo.
package samples
