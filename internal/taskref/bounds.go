package taskref

import (
	"fmt"
	"slices"
)

// Bounds are the only accounts and Regions that may be read; an empty list holds
// all there are.
type Bounds struct {
	Accounts, Regions []string
}

// Excludes says in a sentence why what is in an account and a Region may not be
// read; "" if it may. What isn't known, and so is "", isn't judged.
func (b Bounds) Excludes(place Ref) string {
	switch {
	case place.Account != "" && !among(b.Accounts, place.Account):
		return fmt.Sprintf("Account %s is not among those that this server reads.", place.Account)
	case place.Region != "" && !among(b.Regions, place.Region):
		return fmt.Sprintf("Region %s is not among those that this server reads.", place.Region)
	}
	return ""
}

func among(list []string, value string) bool {
	return len(list) == 0 || slices.Contains(list, value)
}
