package diagnose_test

import (
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// hostile are texts that cost most: every line a refusal, every literal of the
// catalogue again and again, long lines, nested quotes.
func hostile(bytes int) map[string]string {
	repeat := func(s string) string { return strings.Repeat(s, bytes/len(s)) }
	return map[string]string{
		"refusals":        repeat(sqsDeny + "\n"),
		"one long line":   repeat("AccessDenied not authorized to perform: "),
		"open quotes":     repeat(`not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/` + "\n"),
		"heads":           repeat("ResourceInitializationError: unable to pull secrets or registry auth: "),
		"envelopes":       repeat("An error occurred (AccessDenied) when calling the GetObject operation: "),
		"Java envelopes":  repeat("Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 1) "),
		"stack of errors": repeat("Traceback (most recent call last):\nerror: not found: manifest unknown: i/o timeout\n"),
		"no line breaks":  repeat("x"),
		"masked names":    repeat("on resource: arn:aws:s3:::<a b <c "),
	}
}

// TestHostileTextsAreBounded: the worst texts end in a diagnosis. The benchmark
// takes eight megabytes of each; here one is enough, since no bound is larger.
func TestHostileTextsAreBounded(t *testing.T) {
	for name, text := range hostile(1 << 20) {
		t.Run(name, func(t *testing.T) {
			logs := []evidence.Log{{Container: "app", Lines: []evidence.LogLine{{Text: text}}}}
			for place, ev := range map[string]evidence.Evidence{
				"pasted": {Text: text},
				"log":    {Logs: logs},
				"reason": {Task: &evidence.Task{StoppedReason: text}},
			} {
				if d := diagnose.Diagnose(ev); d.Verdict.Cause == "" || len(d.Findings) > 12 {
					t.Errorf("%s: cause %q and %d findings", place, d.Verdict.Cause, len(d.Findings))
				}
			}
		})
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, text := range hostile(8 << 20) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				diagnose.Diagnose(evidence.Evidence{Text: text})
			}
		})
	}
}
