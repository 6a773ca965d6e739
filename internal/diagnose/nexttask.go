package diagnose

import (
	"fmt"
	"strings"

	"whystopped/internal/iampolicy"
)

// addNextTask adds, beside the exact policy, the one that the next task needs: a
// policy for one object, task or execution is exact, and useless to its successor.
func addNextTask(fix *Fix, exact iampolicy.Document) {
	next, widened := exact.ForNextTask()
	if len(widened) == 0 {
		return
	}
	var beyond []string
	for _, w := range widened {
		words := fmt.Sprintf("%s on %s", strings.Join(w.Actions, ", "), w.Beyond)
		beyond = append(beyond, words)
	}
	added := fix.add(iampolicy.KindIdentity, fix.AttachTo, next)
	for i := range added {
		added[i].Purpose = purposePattern
		words := "For the next task. Besides what was denied, it allows " + strings.Join(beyond, "; ") + "."
		added[i].Detail = strings.TrimSpace(added[i].Detail + " " + words)
	}
}
