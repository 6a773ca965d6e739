package casebook

import "time"

// Claim is the right to tell people of an incident, which one holds at a time.
type Claim struct {
	// State is what the last holder left; nil for none.
	State []byte
	// Busy is when the claim of somebody else ends; zero if there is none, and the
	// claim was given.
	Busy time.Time
	// Broken is when an earlier claim began that was never given back: what its
	// holder wanted to say was said or not. It stays until the claim is given back;
	// zero if there is none.
	Broken time.Time
}
