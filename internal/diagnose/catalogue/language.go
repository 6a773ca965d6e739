package catalogue

import "whystopped/internal/diagnose/cause"

// The words in which causes are written. Package cause says what they mean.
type (
	Cause   = cause.Cause
	Case    = cause.Case
	Facts   = cause.Facts
	Match   = cause.Match
	Matcher = cause.Matcher
	Phrase  = cause.Phrase
	Text    = cause.Text
	Answer  = cause.Answer
	Refusal = cause.Refusal

	Any     = cause.Any
	Both    = cause.Both
	Unless  = cause.Unless
	Only    = cause.Only
	When    = cause.When
	Where   = cause.Where
	With    = cause.With
	Refused = cause.Refused
)

// Matchers and phrases.
var (
	says, noted            = cause.SaysIn, cause.NotedIn
	phrase, pattern        = cause.NewPhrase, cause.NewPattern
	startSays, agentSays   = cause.StartSays, cause.AgentSays
	startWords             = cause.StartWords
	likely, possible       = cause.Likely, cause.Possible
	startup, otherStartup  = cause.StartupOf, cause.OtherStartup
	at, actionIs, starting = cause.DeniedTo, cause.ActionIs, cause.Starting
	isCallerAction, answer = cause.IsCallerAction, cause.NewAnswer
	signalled              = cause.Signalled
)

// Places.
const (
	Stopped      = cause.Stopped
	Reason       = cause.Reason
	ManagedAgent = cause.ManagedAgent
	Attachment   = cause.Attachment
	Event        = cause.Event
	Log          = cause.Log
	Pasted       = cause.Pasted
	Trail        = cause.Trail
	ByECS        = cause.ByECS
	ByApp        = cause.ByApp
	Anywhere     = cause.Anywhere
)

// Levels and weights.
const (
	Frame         = cause.Frame
	Fallback      = cause.Fallback
	Stop          = cause.Stop
	OfTheCrash    = cause.OfTheCrash
	OfTheProgram  = cause.OfTheProgram
	OfCredentials = cause.OfCredentials
)

// Areas.
const (
	AreaImage     = cause.AreaImage
	AreaSecrets   = cause.AreaSecrets
	AreaLogging   = cause.AreaLogging
	AreaVolumes   = cause.AreaVolumes
	AreaNetwork   = cause.AreaNetwork
	AreaRoles     = cause.AreaRoles
	AreaContainer = cause.AreaContainer
	AreaRuntime   = cause.AreaRuntime
	AreaPlacement = cause.AreaPlacement
	AreaShutdown  = cause.AreaShutdown
)
