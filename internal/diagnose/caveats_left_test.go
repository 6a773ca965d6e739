package diagnose_test

import (
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

func TestCaveatsOfWhatIsLeft(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef"
	denied := func(session, action string) string {
		return "User: arn:aws:sts::111122223333:assumed-role/app/" + session + " is not authorized to perform: " + action + " on resource: arn:aws:s3:::config/app.env because no identity-based policy allows the " + action + " action"
	}
	crashed := func(line string) evidence.Evidence {
		exit := 1
		return evidence.Evidence{
			Ref: taskref.Ref{TaskID: id},
			Task: &evidence.Task{
				LastStatus: "STOPPED", StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
				Containers: []evidence.Container{{Name: "app", ExitCode: &exit}},
			},
			Logs: []evidence.Log{{Container: "app", Lines: []evidence.LogLine{{Text: line}}}},
		}
	}
	source := func(name string, status evidence.SourceStatus) evidence.Source {
		return evidence.Source{Name: name, Status: status}
	}
	tests := []struct {
		name    string
		ev      func() evidence.Evidence
		sources []evidence.Source
		want    string
		lacks   string
	}{
		{
			name:    "known by its last event",
			ev:      func() evidence.Evidence { return crashed("bye") },
			sources: []evidence.Source{source(evidence.TaskSource, evidence.SourceEmpty), source(evidence.TaskEventsSource, evidence.SourceOK)},
			want:    "its last event",
		},
		{
			name:    "known by what was kept",
			ev:      func() evidence.Evidence { return crashed("bye") },
			sources: []evidence.Source{source(evidence.TaskSource, evidence.SourceEmpty)},
			want:    "while ECS still knew it",
			lacks:   "event capture",
		},
		{
			name:    "known by its log only",
			ev:      func() evidence.Evidence { ev := crashed("bye"); ev.Task = nil; return ev },
			sources: []evidence.Source{source(evidence.TaskSource, evidence.SourceEmpty), source(evidence.TaskEventsSource, evidence.SourceDenied)},
			want:    "what is left of it",
		},
		{
			name:    "event capture that we may not read",
			ev:      func() evidence.Evidence { ev := crashed("bye"); ev.Task = nil; return ev },
			sources: []evidence.Source{source(evidence.TaskSource, evidence.SourceEmpty), source(evidence.TaskEventsSource, evidence.SourceDenied)},
			want:    "whystopped isn't allowed to read the cluster's event capture: it lacks logs:FilterLogEvents",
		},
		{
			name:    "known to ECS",
			ev:      func() evidence.Evidence { return crashed("bye") },
			sources: []evidence.Source{source(evidence.TaskSource, evidence.SourceOK)},
			lacks:   "forgotten",
		},
		{
			name:    "a data event, and no trail's log group",
			ev:      func() evidence.Evidence { return crashed(denied(id, "s3:GetObject")) },
			sources: []evidence.Source{source("cloudtrail:LookupEvents", evidence.SourceOK)},
			want:    "never shows it.",
		},
		{
			name:    "a data event that the trail's log group has not",
			ev:      func() evidence.Evidence { return crashed(denied(id, "s3:GetObject")) },
			sources: []evidence.Source{source(evidence.TrailLogSource, evidence.SourceEmpty)},
			want:    "was searched, and this call isn't in it",
		},
		{
			name:    "a data event, and a trail's log group that is too large",
			ev:      func() evidence.Evidence { return crashed(denied(id, "s3:GetObject")) },
			sources: []evidence.Source{source(evidence.TrailLogSource, evidence.SourceTruncated)},
			want:    "couldn't be searched to the end",
		},
		{
			name: "a call of the host",
			ev: func() evidence.Evidence {
				ev := crashed("bye")
				ev.CloudTrail = []evidence.Record{{
					EventID: "e1", EventSource: "s3.amazonaws.com", EventName: "GetObject", ErrorCode: "AccessDenied", ErrorMessage: denied("i-0a1b2c3d4e5f60718", "s3:GetObject"),
					UserIdentity: evidence.UserIdentity{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718"}, Host: "i-0a1b2c3d4e5f60718",
				}}
				return ev
			},
			want: "session of the host i-0a1b2c3d4e5f60718",
		},
		{
			name:    "CloudTrail that is late twice is told once",
			ev:      func() evidence.Evidence { return crashed("bye") },
			sources: []evidence.Source{source("cloudtrail:LookupEvents", evidence.SourceTooEarly), source(evidence.HostTrailSource, evidence.SourceTooEarly)},
			want:    "CloudTrail has nothing yet",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ev := tt.ev()
			ev.Sources = tt.sources
			caveats := strings.Join(words.Lines(diagnose.Diagnose(ev).Caveats), "\n")
			if tt.want != "" && strings.Count(caveats, tt.want) != 1 || tt.lacks != "" && strings.Contains(caveats, tt.lacks) {
				t.Errorf("caveats %q, want once %q, never %q", caveats, tt.want, tt.lacks)
			}
		})
	}
}
