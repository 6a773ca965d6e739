package app

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"whystopped/internal/permissions"
)

// checkTime bounds one check of the readiness.
const checkTime = 2 * time.Second

// healthy tells that the process answers.
func healthy(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// readiness tells whether the service can do its work.
type readiness struct {
	store       *storeCheck
	credentials aws.CredentialsProvider
	permissions *permissions.Keeper
}

func (c readiness) serve(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTime)
	defer cancel()
	answer := struct {
		Status string            `json:"status"`
		Checks map[string]string `json:"checks"`
	}{"ready", map[string]string{"store": "ok", "credentials": "ok"}}
	// What was found when somebody tried last. It does not make the service unfit:
	// it still tells what it can read, and taking every instance out of the load
	// balancer mends no policy.
	answer.Checks["permissions"] = permissionsCheck(c.permissions)
	status := http.StatusOK
	fail := func(check, why string) {
		status, answer.Status, answer.Checks[check] = http.StatusServiceUnavailable, "not ready", why
	}
	if slow, err := c.store.ask(ctx); err != nil {
		fail("store", "does not answer")
	} else if slow {
		answer.Checks["store"] = "slow"
	}
	// The provider keeps what it found, so this asks nobody most of the time.
	if _, err := c.credentials.Retrieve(ctx); err != nil {
		fail("credentials", "the AWS SDK's default chain finds none")
	}
	writeJSON(w, status, answer)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // an error here means that the client has left
}
