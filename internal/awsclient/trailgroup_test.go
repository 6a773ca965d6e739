package awsclient_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/evidence"
)

// recorded is what a trail writes to its log group for a call of a session.
func recorded(t *testing.T, id, name, session, errorCode string, at time.Time) awsfake.LogEvent {
	t.Helper()
	record := map[string]any{
		"eventID": id, "eventName": name, "eventSource": "s3.amazonaws.com", "eventTime": at.Format(time.RFC3339), "eventCategory": "Data", "awsRegion": region,
		"userIdentity": map[string]any{
			"type": "AssumedRole", "principalId": "AROAEXAMPLE:" + session, "arn": "arn:aws:sts::111122223333:assumed-role/api-task/" + session,
		},
	}
	if errorCode != "" {
		record["errorCode"], record["errorMessage"] = errorCode, "Access Denied"
	}
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	return awsfake.LogEvent{At: at.Add(4 * time.Minute), Message: string(text)} // when the trail delivers it
}

// collectWithTrail collects from a world with a trail's log group.
func collectWithTrail(t *testing.T, s awsfake.Scenario, group string, fault awsfake.Fault) evidence.Evidence {
	t.Helper()
	fake := awsfake.New(s, awsfake.WithClock(func() time.Time { return present }))
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	fake.SetFault("logs:FilterLogEvents", fault)
	opts := options(srv.URL)
	opts.TrailLogGroup = group
	ev, err := awsclient.New(opts).Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func TestATrailsLogGroupHasDataEvents(t *testing.T) {
	at := ago(35 * time.Minute)
	history := call("Decrypt", at, "AccessDenied")
	history.EventID = "both"
	for _, tt := range []struct{ name, group, region string }{
		{"by name", "trail", region},
		{"by ARN, in another region", "arn:aws:logs:us-east-1:111122223333:log-group:trail:*", "us-east-1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := world()
			s.Trail = []awsfake.TrailRecord{history}
			s.LogGroups = append(s.LogGroups, awsfake.LogGroup{Name: "trail", Region: tt.region, Streams: []awsfake.LogStream{{Name: "111122223333_CloudTrail_eu-west-1", Events: []awsfake.LogEvent{
				recorded(t, "mine", "GetObject", taskID, "AccessDenied", at.Add(time.Minute)),
				recorded(t, "both", "Decrypt", taskID, "AccessDenied", at),
				recorded(t, "fine", "GetObject", taskID, "", at),
				recorded(t, "theirs", "GetObject", "ffffffffffffffffffffffffffffffff", "AccessDenied", at),
				recorded(t, "ours", "GetLogEvents", "whystopped-"+taskID, "AccessDenied", at),
				recorded(t, "before its life", "GetObject", taskID, "AccessDenied", ago(5*time.Hour)),
			}}}})
			ev := collectWithTrail(t, s, tt.group, awsfake.Fault{})
			if diff := cmp.Diff([]string{"Decrypt", "GetObject"}, names(ev.CloudTrail)); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if src := sourceOf(t, ev, evidence.TrailLogSource); src.Status != evidence.SourceOK || !strings.Contains(src.Detail.English, "data events") {
				t.Errorf("got %+v", src)
			}
		})
	}
}

func TestATrailsLogGroupThatDoesNotHelp(t *testing.T) {
	group := func(change func(*awsfake.LogGroup)) func(*awsfake.Scenario) {
		return func(s *awsfake.Scenario) {
			g := awsfake.LogGroup{Name: "trail", Streams: []awsfake.LogStream{{Name: "s"}}}
			change(&g)
			s.LogGroups = append(s.LogGroups, g)
		}
	}
	tests := []struct {
		name   string
		change func(*awsfake.Scenario)
		fault  awsfake.Fault
		want   evidence.SourceStatus
	}{
		{"nothing in it", group(func(*awsfake.LogGroup) {}), awsfake.Fault{}, evidence.SourceEmpty},
		{"not there", func(*awsfake.Scenario) {}, awsfake.Fault{}, evidence.SourceFailed},
		{"infrequent access", group(func(g *awsfake.LogGroup) { g.InfrequentAccess = true }), awsfake.Fault{}, evidence.SourceFailed},
		{"that we may not read", group(func(*awsfake.LogGroup) {}), awsfake.Fault{Deny: true}, evidence.SourceDenied},
		{"no record, only text", group(func(g *awsfake.LogGroup) {
			g.Streams[0].Events = []awsfake.LogEvent{{At: ago(35 * time.Minute), Message: taskID}}
		}), awsfake.Fault{}, evidence.SourceEmpty},
		{"too early", func(s *awsfake.Scenario) {
			group(func(*awsfake.LogGroup) {})(s)
			s.Clusters[0].Tasks[0].StoppedAt = epochAgo(5 * time.Minute)
		}, awsfake.Fault{}, evidence.SourceTooEarly},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := world()
			tt.change(&s)
			ev := collectWithTrail(t, s, "trail", tt.fault)
			if src := sourceOf(t, ev, evidence.TrailLogSource); src.Status != tt.want || src.Detail.IsZero() {
				t.Errorf("got %+v, want status %s", src, tt.want)
			}
			if len(ev.CloudTrail) != 2 {
				t.Errorf("%d records, want those of the event history", len(ev.CloudTrail))
			}
			checkNotOurs(t, ev)
		})
	}
}
