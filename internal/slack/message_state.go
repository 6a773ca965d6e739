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

// stateVersion is that of the form in which states are stored. A field may be
// added without a new one, as long as those who do not know it do no harm.
const stateVersion = 1

// messageState is what one delivery of an incident leaves for the next: its message,
// and what stands in it and below it.
type messageState struct {
	Version int `json:"version"`
	// Channel is what the rules chose when the incident was first told.
	Channel string `json:"channel,omitempty"`
	// Place is that of the message; zero as long as there is none.
	Place place `json:"place,omitzero"`
	// Shown is the digest of the message as it stands.
	Shown string `json:"shown,omitempty"`
	// Told is what those who follow the thread were called for last.
	Told announced `json:"told,omitzero"`
	// Due is until when the message is left alone.
	Due time.Time `json:"due,omitzero"`
	// Unsure is since when a message may have been posted that we do not know
	// of; zero for none.
	Unsure time.Time `json:"unsure,omitzero"`
	// Silent is set if nothing is to be told any more.
	Silent bool `json:"silent,omitempty"`
}

// readState reads what the last delivery left. If one broke off since, its message
// may stand in Slack.
func readState(claim casebook.Claim) (messageState, error) {
	t := messageState{Version: stateVersion}
	if len(claim.State) > 0 {
		if err := json.Unmarshal(claim.State, &t); err != nil {
			return t, fmt.Errorf("read the message state: %w", err)
		}
		if t.Version != stateVersion {
			return t, fmt.Errorf("read the message state: it has version %d, and this program knows version %d", t.Version, stateVersion)
		}
	}
	if !claim.Broken.IsZero() && (t.Unsure.IsZero() || claim.Broken.Before(t.Unsure)) {
		t.Unsure = claim.Broken
	}
	return t, nil
}

// announced is what people were notified of, as far as it decides whether they are
// notified again.
type announced struct {
	Count   int    `json:"count"`
	Verdict string `json:"verdict"` // its digest
}

func announcedOf(in casebook.Incident) announced {
	return announced{Count: in.Count, Verdict: verdictDigest(in.Verdict)}
}

// worthAnnouncing reports whether those who follow the thread are to be called: when
// there are twice as many tasks, or why they stopped is known better.
func worthAnnouncing(before announced, in casebook.Incident) bool {
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
