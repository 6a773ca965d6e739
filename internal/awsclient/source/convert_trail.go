package source

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"whystopped/internal/diagnose/evidence"
)

// recordOf reads the record, which is JSON in a string of the answer, and
// fills in from the answer what the record does not say.
func recordOf(e types.Event) (evidence.Record, error) {
	var rec evidence.Record
	if err := json.Unmarshal([]byte(aws.ToString(e.CloudTrailEvent)), &rec); err != nil {
		return evidence.Record{}, fmt.Errorf("read CloudTrail record %s: %w", aws.ToString(e.EventId), err)
	}
	rec.EventID = cmp.Or(rec.EventID, aws.ToString(e.EventId))
	rec.EventName = cmp.Or(rec.EventName, aws.ToString(e.EventName))
	rec.EventSource = cmp.Or(rec.EventSource, aws.ToString(e.EventSource))
	if rec.EventTime.IsZero() {
		rec.EventTime = timeOf(e.EventTime)
	}
	if rec.ErrorCode == "" {
		// What a successful call returned decides nothing, and may be large.
		rec.ResponseElements = nil
	}
	return rec, nil
}
