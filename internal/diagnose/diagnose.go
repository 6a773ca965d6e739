package diagnose

import "whystopped/internal/diagnose/evidence"

// Diagnose says why a task stopped. It never fails: thin evidence gives the
// cause "unknown" and a summary of what would decide.
func Diagnose(ev evidence.Evidence) Diagnosis {
	return Diagnosis{}
}
