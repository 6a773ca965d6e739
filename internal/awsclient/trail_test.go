package awsclient_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/evidence"
)

// names are the calls of the records, in their order.
func names(records []evidence.Record) []string {
	var out []string
	for _, r := range records {
		out = append(out, r.EventName)
	}
	return out
}

func TestCallsOfTheTask(t *testing.T) {
	tests := []struct {
		name   string
		change func(*awsfake.Scenario)
		want   []string
		status evidence.SourceStatus
	}{
		{name: "both kept, oldest first", change: func(*awsfake.Scenario) {}, want: []string{"GetSecretValue", "Decrypt"}, status: evidence.SourceOK},
		{
			name:   "none",
			change: func(s *awsfake.Scenario) { s.Trail = nil },
			status: evidence.SourceEmpty,
		},
		{
			name: "none yet",
			change: func(s *awsfake.Scenario) {
				s.Trail = nil
				s.Clusters[0].Tasks[0].StoppedAt = epochAgo(14 * time.Minute)
			},
			status: evidence.SourceTooEarly,
		},
		{
			name: "some already",
			change: func(s *awsfake.Scenario) {
				s.Clusters[0].Tasks[0].StoppedAt = epochAgo(14 * time.Minute)
			},
			want: []string{"GetSecretValue", "Decrypt"}, status: evidence.SourceOK,
		},
		{
			name: "of another task",
			change: func(s *awsfake.Scenario) {
				for i := range s.Trail {
					s.Trail[i].UserIdentity.ARN = "arn:aws:sts::111122223333:assumed-role/api-task/ffffffffffffffffffffffffffffffff"
				}
			},
			status: evidence.SourceEmpty,
		},
		{
			name: "of a user with the task's id for a name",
			change: func(s *awsfake.Scenario) {
				s.Trail[1].UserIdentity = awsfake.TrailIdentity{Type: "IAMUser", UserName: taskID, ARN: "arn:aws:iam::111122223333:user/" + taskID}
			},
			want: []string{"GetSecretValue"}, status: evidence.SourceOK,
		},
		{
			name: "from the beginning of a long life",
			change: func(s *awsfake.Scenario) {
				s.Clusters[0].Tasks[0].CreatedAt = epochAgo(30 * 24 * time.Hour)
				s.Trail = append(s.Trail, call("Early", ago(30*24*time.Hour), ""), call("TooEarly", ago(31*24*time.Hour), ""))
			},
			want: []string{"Early", "GetSecretValue", "Decrypt"}, status: evidence.SourceOK,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := world()
			tt.change(&s)
			_, collector := serve(t, s, awsfake.WithPageSize(1))
			ev, err := collector.Collect(t.Context(), ref(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(ev.CloudTrail)); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if src := sourceOf(t, ev, "cloudtrail:LookupEvents"); src.Status != tt.status {
				t.Errorf("status %s (%s), want %s", src.Status, src.Detail, tt.status)
			}
		})
	}
}

func TestManyCallsKeepEveryFailedOne(t *testing.T) {
	s := world()
	s.Trail = nil
	for i := range 400 { // newest first in the answer, 250 of them within the pages that are read
		r := call(fmt.Sprintf("Call%d", i), ago(40*time.Minute).Add(time.Duration(i)*time.Second), "")
		if i%10 == 0 {
			r = call(fmt.Sprintf("Denied%d", i), r.EventTime, "AccessDenied")
		}
		s.Trail = append(s.Trail, r)
	}
	_, collector := serve(t, s)
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	denied := 0
	for _, name := range names(ev.CloudTrail) {
		if strings.HasPrefix(name, "Denied") {
			denied++
		}
	}
	if denied != 25 || len(ev.CloudTrail) != 125 {
		t.Errorf("kept %d records with %d denied, want the 25 denied of the newest 250 and 100 others", len(ev.CloudTrail), denied)
	}
	if src := sourceOf(t, ev, "cloudtrail:LookupEvents"); src.Status != evidence.SourceTruncated {
		t.Errorf("status %s, want truncated", src.Status)
	}
}

func TestLookupEventsIsAnsweredByAPage(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusNotImplemented, http.StatusForbidden, http.StatusInternalServerError, http.StatusOK} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			collector := answering(t, world(), "LookupEvents", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.WriteHeader(status)
				fmt.Fprint(w, "<!doctype html>\n<html lang=en>\n<title>Not here</title>\n<h1>Not here</h1>\n")
			})
			ev, err := collector.Collect(t.Context(), ref(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			src := sourceOf(t, ev, "cloudtrail:LookupEvents")
			if src.Status != evidence.SourceFailed || !strings.Contains(src.Detail.English, "AWS's form") && !strings.Contains(src.Detail.English, "isn't an AWS answer") {
				t.Errorf("status %s, detail %q", src.Status, src.Detail)
			}
			if status >= 400 && !strings.Contains(src.Detail.English, fmt.Sprint(status)) {
				t.Errorf("the detail %q does not tell the status %d", src.Detail, status)
			}
		})
	}
}

func TestACallThatCannotBeReadIsPassedOver(t *testing.T) {
	collector := answering(t, world(), "LookupEvents", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprint(w, `{"Events":[{"EventId":"1","CloudTrailEvent":"{broken"},{"EventId":"2","EventName":"Decrypt","EventTime":1795348800,"CloudTrailEvent":"{}"},{"EventId":"2","CloudTrailEvent":"{}"}]}`)
	})
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []evidence.Record{{EventID: "2", EventName: "Decrypt", EventTime: evidence.At(time.Unix(1795348800, 0).UTC())}}
	if diff := cmp.Diff(want, ev.CloudTrail); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if src := sourceOf(t, ev, "cloudtrail:LookupEvents"); !strings.Contains(src.Detail.English, "1 more couldn't be read") {
		t.Errorf("detail %q", src.Detail)
	}
}
