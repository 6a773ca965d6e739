// Package source reads each place that evidence comes from: ECS, CloudWatch Logs,
// CloudTrail and IAM, one file a source. Start with Reader, which reads for one
// task; Shared is what its like have in common.
package source
