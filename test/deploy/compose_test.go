package deploy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestComposeIsLockedDown: every container of the try runs as a user, on a root
// that cannot be written, without capabilities, and is reached from this machine
// alone.
func TestComposeIsLockedDown(t *testing.T) {
	services := dict(load(t, "deploy/compose/compose.yaml")["services"])
	if len(services) != 2 {
		t.Errorf("%d services, want whystopped and postgres", len(services))
	}
	users := map[string]string{"whystopped": "65532:65532", "postgres": "999:999"}
	for name, service := range services {
		want := map[string]any{
			"user": users[name], "read_only": true, "cap_drop": []any{"ALL"}, "security_opt": []any{"no-new-privileges:true"},
		}
		got := map[string]any{}
		for key := range want {
			got[key] = at(service, key)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if at(service, "healthcheck", "test") == nil {
			t.Errorf("%s has no health check", name)
		}
	}
	own := services["whystopped"]
	if got := str(at(own, "environment", "WHYSTOPPED_LISTEN")); got != "127.0.0.1:8080" || str(at(own, "network_mode")) != "host" {
		t.Errorf("without a login it listens on %s", got)
	}
	if diff := cmp.Diff([]any{"127.0.0.1:54329:5432"}, at(services["postgres"], "ports")); diff != "" {
		t.Errorf("the database's ports (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{"CMD", "/whystopped", "-check"}, at(own, "healthcheck", "test")); diff != "" {
		t.Errorf("the health check (-want +got):\n%s", diff)
	}
}
