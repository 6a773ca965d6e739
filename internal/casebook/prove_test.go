package casebook_test

import (
	"context"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/taskref"
)

// denied is evidence of a secret that the execution role may not read: its policy
// can be tried.
func denied() evidence.Evidence {
	ev := stoppedTask()
	const secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"
	ev.Task.StopCode = "TaskFailedToStart"
	ev.Task.StoppedReason = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: " +
		"unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret " + secret + " from secrets manager: " +
		"operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: 1, api error AccessDeniedException: " +
		"User: arn:aws:sts::111122223333:assumed-role/api-exec/" + taskID + " is not authorized to perform: secretsmanager:GetSecretValue " +
		"on resource: " + secret + " because no identity-based policy allows the secretsmanager:GetSecretValue action"
	ev.TaskDefinition = &evidence.TaskDefinition{ExecutionRoleARN: "arn:aws:iam::111122223333:role/api-exec"}
	return ev
}

func deniedCollector() *collector {
	return &collector{collect: func(context.Context, taskref.Ref) (evidence.Evidence, error) { return denied(), nil }}
}

func TestTheProofIsStored(t *testing.T) {
	asItIs := func(_ context.Context, trial proof.Trial) (string, bool) {
		if trial.With == nil {
			return "implicitDeny", true
		}
		return "allowed", true
	}
	for name, tt := range map[string]struct {
		simulate simulator
		status   string
		line     evidence.Source
	}{
		"proven": {asItIs, "allowed", evidence.Source{Status: evidence.SourceOK, Calls: 2, TookMS: 20}},
		"not asked at all": {
			func(context.Context, proof.Trial) (string, bool) { return "", false },
			"not-verified",
			evidence.Source{Status: evidence.SourceTimeout, Calls: 1, TookMS: 10},
		},
		"not asked with the policy": {
			func(_ context.Context, trial proof.Trial) (string, bool) { return "implicitDeny", trial.With == nil },
			"not-verified",
			evidence.Source{Status: evidence.SourceTimeout, Calls: 2, TookMS: 20},
		},
	} {
		t.Run(name, func(t *testing.T) {
			book := openWith(deniedCollector(), tt.simulate, openStore(t))
			made, err := book.Diagnose(t.Context(), refTo(taskARN), false)
			if err != nil {
				t.Fatal(err)
			}
			stored, err := book.Get(t.Context(), made.ID)
			if err != nil || len(stored.Fix.Policies) == 0 || string(stored.Fix.Policies[0].Verified.Status) != tt.status {
				t.Fatalf("stored the policies %+v (error %v), want them %s", stored.Fix.Policies, err, tt.status)
			}
			tt.line.Name = evidence.SimulatorSource
			if got := stored.Sources[len(stored.Sources)-1]; !reflect.DeepEqual(got, tt.line) {
				t.Errorf("the line is %+v, want %+v", got, tt.line)
			}
		})
	}
}

func TestWhatWasBroughtIsNotProven(t *testing.T) {
	asked := func(context.Context, proof.Trial) (string, bool) {
		t.Error("AWS was asked about evidence that somebody brought")
		return "", false
	}
	if _, err := openWith(&collector{}, asked, openStore(t)).Evaluate(t.Context(), denied()); err != nil {
		t.Fatal(err)
	}
}

// Evidence and proof share the time for a diagnosis; keeping it has its own.
func TestAProofHasTheTimeThatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		slow := &collector{collect: func(context.Context, taskref.Ref) (evidence.Evidence, error) {
			time.Sleep(7 * time.Second)
			return denied(), nil
		}}
		silent := func(ctx context.Context, _ proof.Trial) (string, bool) {
			<-ctx.Done()
			return "", false
		}
		made, err := openWith(slow, silent, openStore(t)).Diagnose(t.Context(), refTo(taskARN), false)
		if err != nil || made.ID == "" {
			t.Errorf("id %q, error %v, want a diagnosis", made.ID, err)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("took %s, want the 10s that a diagnosis has", took)
		}
	})
}
