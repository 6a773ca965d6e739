package taskref

import (
	"slices"

	"whystopped/internal/words"
)

// Bounds are the only accounts and Regions that may be read; an empty list holds
// all there are.
type Bounds struct {
	Accounts, Regions []string
}

// Excludes says why what is in an account and a Region isn't read; the zero Text if
// it is. What isn't known, and so is "", isn't judged.
func (b Bounds) Excludes(place Ref) words.Text {
	switch {
	case place.Account != "" && !among(b.Accounts, place.Account):
		return words.Say("bounds.account", words.Args{"account": place.Account})
	case place.Region != "" && !among(b.Regions, place.Region):
		return words.Say("bounds.region", words.Args{"region": place.Region})
	}
	return words.Text{}
}

func among(list []string, value string) bool {
	return len(list) == 0 || slices.Contains(list, value)
}
