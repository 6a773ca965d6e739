package diagnose_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

var nullList = regexp.MustCompile(`"(?:findings|timeline|calls|sources|caveats|containers|evidence|denied|docs|policies|steps|placeholders|Statement)":null`)

func TestNoListIsNull(t *testing.T) {
	for name, ev := range map[string]evidence.Evidence{
		"nothing":   {},
		"a text":    {Text: "OutOfMemoryError: Container killed due to memory usage"},
		"a denial":  {Text: "User: arn:aws:sts::111122223333:assumed-role/api/0123456789abcdef0123456789abcdef is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::things/a because no identity-based policy allows the s3:GetObject action"},
		"a service": {ServiceEvents: []evidence.ServiceEvent{{Text: "(service api) was unable to place a task."}}},
	} {
		text, err := json.Marshal(diagnose.Diagnose(ev))
		if null := nullList.Find(text); err != nil || null != nil {
			t.Errorf("%s: %v, %s", name, err, null)
		}
	}
}
