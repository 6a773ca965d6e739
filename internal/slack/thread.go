package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
)

// threadVersion is that of the form in which threads are kept. A field may be
// added without a new one, as long as those who do not know it do no harm.
const threadVersion = 1

// thread is what one telling of an incident leaves for the next: its message, and
// what stands in it and below it.
type thread struct {
	Version int `json:"version"`
	// Channel is what the rules chose when the incident was first told.
	Channel string `json:"channel,omitempty"`
	// Place is that of the message; zero as long as there is none.
	Place place `json:"place,omitzero"`
	// Shown is the digest of the message as it stands.
	Shown string `json:"shown,omitempty"`
	// Told is what those who follow the thread were called for last.
	Told told `json:"told,omitzero"`
	// Due is until when the message is left alone.
	Due time.Time `json:"due,omitzero"`
	// Unsure is since when a message may have been posted that we do not know
	// of; zero for none.
	Unsure time.Time `json:"unsure,omitzero"`
	// Silent is set if nothing is to be told any more.
	Silent bool `json:"silent,omitempty"`
}

// readThread reads what the last telling left. Where one broke off since, its
// message may stand in Slack.
func readThread(claim casebook.Claim) (thread, error) {
	t := thread{Version: threadVersion}
	if len(claim.State) > 0 {
		if err := json.Unmarshal(claim.State, &t); err != nil {
			return t, fmt.Errorf("read what was told: %w", err)
		}
		if t.Version != threadVersion {
			return t, fmt.Errorf("read what was told: it is kept in form %d, and this program knows form %d", t.Version, threadVersion)
		}
	}
	if !claim.Broken.IsZero() && (t.Unsure.IsZero() || claim.Broken.Before(t.Unsure)) {
		t.Unsure = claim.Broken
	}
	return t, nil
}

// told is what people were told of an incident, as far as it decides whether
// they are called again.
type told struct {
	Count   int    `json:"count"`
	Verdict string `json:"verdict"` // its digest
}

func toldOf(in casebook.Incident) told {
	return told{Count: in.Count, Verdict: verdictDigest(in.Verdict)}
}

// worthTelling reports whether those who follow the thread are to be called: when
// there are twice as many tasks, or why they stopped is known better.
func worthTelling(before told, in casebook.Incident) bool {
	return in.Count >= 2*before.Count || before.Verdict != verdictDigest(in.Verdict)
}

// verdictDigest is the same for verdicts that say the same: see Verdict.SaysSame.
func verdictDigest(v diagnose.Verdict) string {
	return digest(v.Cause, v.Identity, v.Confidence)
}

// digest is short, and different for what differs.
func digest(parts ...any) string {
	text, err := json.Marshal(parts)
	if err != nil {
		panic(fmt.Sprintf("slack: only what JSON can hold is digested: %v", err))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
