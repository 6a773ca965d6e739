// Package limit keeps us gentle on AWS: quotas below its own with people first,
// calls in batches, retries that slow down where AWS throttles, and the counts of
// it all. Start with quotas.go; Gate lets calls through, Batcher joins them.
package limit
