package store

import (
	"encoding/hex"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/words"
)

var packed = diagnose.Diagnosis{
	ID: "06h231prt7nqwcgbzmv500xm", Engine: "1", Findings: []diagnose.Finding{},
	Verdict: diagnose.Verdict{Cause: "startup.secretsmanager.denied", Title: words.Plain("“quotes” & <marks>")},
}

// bodyOfVersion1 is packed as the first version wrote it.
const bodyOfVersion1 = "01227c3e16622e16690a16795a0512a2949cfd817da01d6d7c1c7d441c69fee151c39cc2d2fc92d4e2470d7315624a0d0c8cccc0947132780c0ccc4c4519f4469b13c0d6835542eed64042166bc706ea7d44d706aa1656cc40b8f02401e562465c2d17200000ffff"

// TestBodiesOfEarlierVersions: what was written once has to be read for ever, so
// the dictionary must not change.
func TestBodiesOfEarlierVersions(t *testing.T) {
	body, err := hex.DecodeString(bodyOfVersion1)
	if err != nil {
		t.Fatal(err)
	}
	var got diagnose.Diagnosis
	if err := unpack(body, &got); err != nil {
		t.Fatalf("unpack: %v", err)
	}
	if diff := cmp.Diff(packed, got); diff != "" {
		t.Errorf("a body of version 1 (-want +got):\n%s", diff)
	}
}

func TestBodiesOfLaterVersions(t *testing.T) {
	for name, body := range map[string][]byte{"none": nil, "another version": {2, 0, 0}, "cut": {packedWith1}} {
		if err := unpack(body, new(diagnose.Diagnosis)); err == nil {
			t.Errorf("%s: a body was read", name)
		}
	}
}

// TestPackersAreShared by many at once.
func TestPackersAreShared(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				body, err := pack(packed)
				if err != nil {
					t.Errorf("pack: %v", err)
					return
				}
				var got diagnose.Diagnosis
				if err := unpack(body, &got); err != nil || !cmp.Equal(packed, got) {
					t.Errorf("unpack: %v:\n%s", err, cmp.Diff(packed, got))
				}
			}
		})
	}
	wg.Wait()
}
