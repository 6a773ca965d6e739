// Package diagnose turns evidence into a diagnosis. It is pure: no I/O, no
// clock, no AWS SDK types; the same evidence gives the same diagnosis.
package diagnose

import "whystopped/internal/diagnose/report"

// The types of a diagnosis by the names under which those who use one know them:
// they ask this package for it, and need not know in which room its types stand.
type (
	AttachTo      = report.AttachTo
	Call          = report.Call
	CauseInfo     = report.CauseInfo
	ContainerView = report.ContainerView
	DeniedCall    = report.DeniedCall
	Diagnosis     = report.Diagnosis
	Finding       = report.Finding
	Fix           = report.Fix
	Incident      = report.Incident
	Life          = report.Life
	LogStream     = report.LogStream
	NeededCall    = report.NeededCall
	Policy        = report.Policy
	Quote         = report.Quote
	Stage         = report.Stage
	TaskView      = report.TaskView
	TimelineEntry = report.TimelineEntry
	Verdict       = report.Verdict
	Verified      = report.Verified
	WithoutPolicy = report.WithoutPolicy
	Work          = report.Work
)
