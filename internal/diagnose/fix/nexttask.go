package fix

import (
	"whystopped/internal/diagnose/report"
	"whystopped/internal/iampolicy"
)

// addNextTask adds, beside the exact policy, the one that the next task needs: a
// policy for one object, task or execution is exact, and useless to its successor.
func addNextTask(fix *report.Fix, exact iampolicy.Document) {
	next, widened := exact.ForNextTask()
	if len(widened) == 0 {
		return
	}
	added := fix.Add(iampolicy.KindIdentity, fix.AttachTo, next)
	for i := range added {
		added[i].Purpose = report.PurposePattern
		added[i].Detail = iampolicy.Beyond(widened, added[i].Detail.Args)
	}
}
