// Package permissions reports which of its own AWS permissions the service has: from
// test calls, and from the results of real ones. Start with Keeper; the permissions
// themselves stand with the calls, in awsclient/source.
package permissions

import "whystopped/internal/words"

// Permission is an IAM action that the service uses.
type Permission struct {
	Action string
	// File is the policy in the repository that allows it.
	File string
	// Required is set where most reports are empty without it.
	Required bool
	// Trial is set where a harmless call shows it. The others are shown by real
	// calls alone.
	Trial bool
}

// Without says what reports lack without it.
func (p Permission) Without() words.Text { return words.Say("permission."+p.Action+".without", nil) }

// Called says when it is used.
func (p Permission) Called() words.Text { return words.Say("permission."+p.Action+".called", nil) }
