package cause

import "whystopped/internal/diagnose/denial"

// known is what a case holds, by what it is asked for: going through all texts
// and refusals for each of them would cost the square of their number.
type known struct {
	refused map[*Text]bool  // texts with a refusal in them
	logs    map[string]bool // containers with a log
	calls   calls
}

func newKnown(texts []*Text) known {
	k := known{refused: map[*Text]bool{}, logs: map[string]bool{}, calls: newCalls()}
	for _, t := range texts {
		if t.Place == Log {
			k.logs[t.Container] = true
		}
	}
	return k
}

// HasLog reports whether a log of the container was read.
func (c *Case) HasLog(container string) bool { return c.known.logs[container] }

// DeniedIn reports whether a text has a denial in it.
func (c *Case) DeniedIn(t *Text) bool { return c.known.refused[t] }

// calls are the refused calls of a case. They answer which of them a denial is
// of, by the rule of denial.SameCall: two denials are of different calls only
// where both tell a thing and tell it differently.
type calls struct {
	words map[string]int
	first map[callKey]int // of each key the first refusal's place in the case
}

// callKey is what a denial tells of its call, in the numbers of words.
type callKey struct {
	place Place  // Log, Pasted, or neither: where AWS itself writes
	parts [4]int // action, resource, role, user
	api   int    // service and operation, which tell calls apart where an action is absent
}

const (
	absent   = 0  // the number of "": the denial does not tell
	anything = -1 // of a key that holds whatever the denial tells

	callMasks = 1 << len(callKey{}.parts) // one for each set of parts
)

func newCalls() calls { return calls{words: map[string]int{"": absent}, first: map[callKey]int{}} }

func (c *calls) number(word string) int {
	n, ok := c.words[word]
	if !ok {
		n = len(c.words)
		c.words[word] = n
	}
	return n
}

func (c *calls) key(d denial.Denial, place Place) callKey {
	return callKey{
		place: place & (Log | Pasted), api: c.number(d.Service + "\n" + d.Operation),
		parts: [4]int{c.number(d.Action), c.number(d.Resource), c.number(d.Principal.Role), c.number(d.Principal.User)},
	}
}

// add keeps a refusal under every set of its parts.
func (c *calls) add(d denial.Denial, place Place, index int) {
	whole := c.key(d, place)
	for mask := range callMasks {
		k := whole
		for i := range k.parts {
			if mask>>i&1 == 1 {
				k.parts[i] = anything
			}
		}
		k = k.byAction()
		if _, again := c.first[k]; !again {
			c.first[k] = index
		}
	}
}

// find returns the first refusal of the call that a denial is of.
func (c *calls) find(d denial.Denial, place Place) (index int, found bool) {
	whole := c.key(d, place)
masks:
	for mask := range callMasks {
		k := whole
		for i, part := range k.parts {
			other := mask>>i&1 == 1
			switch {
			case part == absent && other:
				continue masks
			case part == absent:
				k.parts[i] = anything
			case other:
				k.parts[i] = absent
			}
		}
		if n, ok := c.first[k.byAction()]; ok && (!found || n < index) {
			index, found = n, true
		}
	}
	return index, found
}

// byAction leaves the operation out where both denials tell the action.
func (k callKey) byAction() callKey {
	if k.parts[0] > absent {
		k.api = anything
	}
	return k
}
