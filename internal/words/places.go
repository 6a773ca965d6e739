package words

import (
	"slices"
	"strings"
)

// Place says where a quote stood, by the code of its source: "log.app" is the
// log of the container app. A code that isn't known is said as it is.
func (l *Language) Place(source string) string {
	switch source {
	case "task.stoppedReason":
		return l.Say("quote.task", nil)
	case "event.service":
		return l.Say("quote.event", nil)
	case "cloudtrail":
		return l.Say("quote.trail", nil)
	case "pasted":
		return l.Say("quote.pasted", nil)
	}
	if name, ok := strings.CutPrefix(source, "log."); ok {
		return l.Say("quote.log", Args{"container": name})
	}
	if rest, ok := strings.CutPrefix(source, "container."); ok {
		if name, ok := strings.CutSuffix(rest, ".reason"); ok {
			return l.Say("quote.container", Args{"container": name})
		}
	}
	return source
}

// Known returns a code that its vocabulary has, or else another.
func Known(vocabulary, code, otherwise string) string {
	if _, ok := english.Templates[vocabulary+"."+code]; ok {
		return code
	}
	return otherwise
}

// Because says why a call was denied, by the type of the policy that decided;
// "" if that isn't known.
func (l *Language) Because(policyType string, explicit bool) string {
	policyType = Known("policy-type", policyType, "unknown")
	switch {
	case explicit:
		return l.Say("because.explicit", Args{"policy": policyType})
	case policyType == "unknown":
		return ""
	}
	return l.Say("because.implicit", Args{"policy": policyType})
}

// Codes returns the codes of a vocabulary that have a label, sorted.
func Codes(vocabulary string) []string {
	var codes []string
	for id := range english.Templates {
		code, ok := strings.CutPrefix(id, vocabulary+".")
		code, labeled := strings.CutSuffix(code, ".label")
		if ok && labeled {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}
