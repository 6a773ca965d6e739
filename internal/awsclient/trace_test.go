package awsclient_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"whystopped/internal/awsclient/awsfake"
)

// TestEveryCallHasASpan: below whatever span the context has, with what came of
// the call and nothing of what AWS said.
func TestEveryCallHasASpan(t *testing.T) {
	fake, collector := serve(t, world())
	fake.SetFault("logs:GetLogEvents", awsfake.Fault{Deny: true})
	fake.SetFault("ecs:DescribeServices", awsfake.Fault{Throttle: 1})
	spans := tracetest.NewInMemoryExporter()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)).Tracer("")
	ctx, root := tracer.Start(t.Context(), "root")
	if _, err := collector.Collect(ctx, ref(), nil, nil); err != nil {
		t.Fatal(err)
	}
	root.End()
	got := map[string]string{}
	for _, span := range spans.GetSpans() {
		if span.Name == "root" {
			continue
		}
		if span.Parent.SpanID() != root.SpanContext().SpanID() {
			t.Errorf("%s does not stand in the collection's span", span.Name)
		}
		said := map[string]string{}
		for _, a := range span.Attributes {
			said[string(a.Key)] = a.Value.String()
			if strings.Contains(a.Value.String(), "arn:") || strings.Contains(a.Value.String(), " ") {
				t.Errorf("%s: %s is %q", span.Name, a.Key, a.Value.String())
			}
		}
		if said["cloud.region"] != region || said["rpc.system"] != "aws-api" || len(span.Events) > 0 {
			t.Errorf("%s: %v, events %v", span.Name, said, span.Events)
		}
		got[span.Name] = fmt.Sprintf("%s, %s attempts, %s%s", said["whystopped.result"], said["aws.attempts"], span.Status.Description, said["error.type"])
	}
	for name, want := range map[string]string{
		"ecs:DescribeTasks":    "ok, 1 attempts, ",
		"ecs:DescribeServices": "ok, 2 attempts, ",
		"logs:GetLogEvents":    "denied, 1 attempts, deniedAccessDeniedException",
	} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	var called []string
	for name := range fake.Calls() {
		called = append(called, name)
	}
	var seen []string
	for name := range got {
		seen = append(seen, name)
	}
	slices.Sort(called)
	slices.Sort(seen)
	if diff := cmp.Diff(called, seen); diff != "" {
		t.Errorf("operations (-called +with a span):\n%s", diff)
	}
}
