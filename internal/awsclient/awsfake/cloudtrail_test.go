package awsfake_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient/awsfake"
)

// trail is a CloudTrail that is 5 minutes late.
func trail() awsfake.Scenario {
	session := awsfake.TrailIdentity{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/api-exec/" + taskA, AccessKeyID: "ASIAEXAMPLE"}
	user := awsfake.TrailIdentity{Type: "IAMUser", ARN: "arn:aws:iam::111122223333:user/dana", UserName: "dana"}
	ecs := awsfake.TrailIdentity{Type: "AWSService", InvokedBy: "ecs-tasks.amazonaws.com"}
	role := "arn:aws:iam::111122223333:role/api-exec"
	return awsfake.Scenario{TrailDelay: 5 * time.Minute, Trail: []awsfake.TrailRecord{
		{EventName: "AssumeRole", EventSource: "sts.amazonaws.com", UserIdentity: ecs, EventTime: noon.Add(-30 * time.Minute), ReadOnly: true, Resources: []awsfake.TrailResource{{ARN: role, Type: "AWS::IAM::Role"}}},
		{EventName: "GetSecretValue", EventSource: "secretsmanager.amazonaws.com", UserIdentity: session, EventTime: noon.Add(-29 * time.Minute), ReadOnly: true, ErrorCode: "AccessDenied", ErrorMessage: "User: x is not authorized to perform: secretsmanager:GetSecretValue"},
		{EventName: "CreateLogStream", EventSource: "logs.amazonaws.com", UserIdentity: session, EventTime: noon.Add(-28 * time.Minute), RequestParameters: map[string]any{"logGroupName": "/ecs/api"}},
		{EventName: "GetObject", EventSource: "s3.amazonaws.com", UserIdentity: session, EventTime: noon.Add(-27 * time.Minute), EventCategory: "Data"},
		{EventName: "Decrypt", EventSource: "kms.amazonaws.com", UserIdentity: session, EventTime: noon.Add(-26 * time.Minute), AWSRegion: "us-east-1"},
		{EventName: "StopTask", EventSource: "ecs.amazonaws.com", UserIdentity: user, EventTime: noon.Add(-20 * time.Minute)},
		{EventName: "TooYoung", EventSource: "ecr.amazonaws.com", UserIdentity: session, EventTime: noon.Add(-4 * time.Minute)},
	}}
}

// lookUp returns the names of the events that are found, over all pages.
func lookUp(t *testing.T, cfg aws.Config, in *cloudtrail.LookupEventsInput) []string {
	t.Helper()
	var names []string
	for p := cloudtrail.NewLookupEventsPaginator(cloudtrail.NewFromConfig(cfg), in); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.Events {
			names = append(names, aws.ToString(e.EventName))
		}
	}
	return names
}

func TestLookupEvents(t *testing.T) {
	by := func(key types.LookupAttributeKey, value string) *cloudtrail.LookupEventsInput {
		return &cloudtrail.LookupEventsInput{LookupAttributes: []types.LookupAttribute{{AttributeKey: key, AttributeValue: aws.String(value)}}}
	}
	between := func(from, to time.Duration) *cloudtrail.LookupEventsInput {
		return &cloudtrail.LookupEventsInput{StartTime: aws.Time(noon.Add(-from)), EndTime: aws.Time(noon.Add(-to))}
	}
	tests := []struct {
		name   string
		region string
		in     *cloudtrail.LookupEventsInput
		want   []string
	}{
		{"all, newest first", "eu-west-1", &cloudtrail.LookupEventsInput{}, []string{"StopTask", "CreateLogStream", "GetSecretValue", "AssumeRole"}},
		{"another Region", "us-east-1", &cloudtrail.LookupEventsInput{}, []string{"Decrypt"}},
		{"by the session's name", "eu-west-1", by(types.LookupAttributeKeyUsername, taskA), []string{"CreateLogStream", "GetSecretValue"}},
		{"by a user", "eu-west-1", by(types.LookupAttributeKeyUsername, "dana"), []string{"StopTask"}},
		{"by event name", "eu-west-1", by(types.LookupAttributeKeyEventName, "StopTask"), []string{"StopTask"}},
		{"by source", "eu-west-1", by(types.LookupAttributeKeyEventSource, "sts.amazonaws.com"), []string{"AssumeRole"}},
		{"by resource", "eu-west-1", by(types.LookupAttributeKeyResourceName, "api-exec"), []string{"AssumeRole"}},
		{"by resource type", "eu-west-1", by(types.LookupAttributeKeyResourceType, "AWS::IAM::Role"), []string{"AssumeRole"}},
		{"by key", "eu-west-1", by(types.LookupAttributeKeyAccessKeyId, "ASIAEXAMPLE"), []string{"CreateLogStream", "GetSecretValue"}},
		{"writes only", "eu-west-1", by(types.LookupAttributeKeyReadOnly, "false"), []string{"StopTask", "CreateLogStream"}},
		{"in a time range", "eu-west-1", between(29*time.Minute, 28*time.Minute), []string{"CreateLogStream", "GetSecretValue"}},
	}
	_, cfg := start(t, trail())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := cfg.Copy()
			cfg.Region = tt.region
			if diff := cmp.Diff(tt.want, lookUp(t, cfg, tt.in)); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

// What CloudTrail is late with is there when it has caught up.
func TestLookupEventsSettles(t *testing.T) {
	now := noon
	_, cfg := start(t, trail(), awsfake.WithClock(func() time.Time { return now }))
	in := &cloudtrail.LookupEventsInput{StartTime: aws.Time(noon.Add(-10 * time.Minute))}
	if got := lookUp(t, cfg, in); got != nil {
		t.Errorf("got %v before CloudTrail has settled", got)
	}
	now = noon.Add(time.Minute)
	if diff := cmp.Diff([]string{"TooYoung"}, lookUp(t, cfg, in)); diff != "" {
		t.Errorf("events a minute later (-want +got):\n%s", diff)
	}
}

func TestLookupEventsRecord(t *testing.T) {
	_, cfg := start(t, trail())
	out, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: aws.String("GetSecretValue")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	e := out.Events[0]
	if got := aws.ToString(e.Username); got != taskA {
		t.Errorf("got user name %q, want the session %s", got, taskA)
	}
	var record map[string]any
	if err := json.Unmarshal([]byte(aws.ToString(e.CloudTrailEvent)), &record); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"eventName": "GetSecretValue", "eventTime": "2026-11-22T11:31:00Z", "awsRegion": "eu-west-1", "errorCode": "AccessDenied",
		"requestParameters": nil, "eventCategory": "Management", "managementEvent": true, "recipientAccountId": "111122223333",
		"eventID": aws.ToString(e.EventId),
	}
	for k, v := range want {
		if diff := cmp.Diff(v, record[k]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", k, diff)
		}
	}
}

func TestLookupEventsPages(t *testing.T) {
	var scenario awsfake.Scenario
	for i := range 120 {
		scenario.Trail = append(scenario.Trail, awsfake.TrailRecord{EventName: fmt.Sprint(i), EventTime: noon.Add(-time.Duration(i) * time.Second)})
	}
	double, cfg := start(t, scenario)
	got := lookUp(t, cfg, &cloudtrail.LookupEventsInput{})
	if len(got) != 120 || got[0] != "0" || got[119] != "119" {
		t.Errorf("got %d events, want 120 from 0 to 119", len(got))
	}
	if calls := double.Calls()["cloudtrail:LookupEvents"]; calls != 3 {
		t.Errorf("it took %d calls, want 3 pages of 50", calls)
	}
}

func TestLookupEventsRefuses(t *testing.T) {
	attribute := types.LookupAttribute{AttributeKey: types.LookupAttributeKeyUsername, AttributeValue: aws.String("x")}
	tests := []struct {
		wantCode string
		in       cloudtrail.LookupEventsInput
	}{
		{"InvalidLookupAttributesException", cloudtrail.LookupEventsInput{LookupAttributes: []types.LookupAttribute{attribute, attribute}}},
		{"InvalidLookupAttributesException", cloudtrail.LookupEventsInput{LookupAttributes: []types.LookupAttribute{{AttributeKey: "ErrorCode", AttributeValue: aws.String("AccessDenied")}}}},
		{"InvalidTimeRangeException", cloudtrail.LookupEventsInput{StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(-time.Hour))}},
		{"InvalidMaxResultsException", cloudtrail.LookupEventsInput{MaxResults: aws.Int32(51)}},
		{"InvalidNextTokenException", cloudtrail.LookupEventsInput{NextToken: aws.String("guessed")}},
	}
	_, cfg := start(t, trail())
	for _, tt := range tests {
		t.Run(tt.wantCode, func(t *testing.T) {
			_, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), &tt.in)
			wantCode(t, err, tt.wantCode)
		})
	}
}
