package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// checkPatience is how long a service may take to say that it answers.
const checkPatience = 4 * time.Second

// Check asks the service that listens on an address, host:port, whether it
// answers.
func Check(ctx context.Context, listen string) error {
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	address := "http://" + reachable(listen) + "/healthz"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}
	// No proxy stands between a service and itself.
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return fmt.Errorf("check the service: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("check the service: %s answers %s", address, answer.Status)
	}
	return nil
}

// reachable is where this machine reaches what listens on an address, which may
// be every one of its addresses.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip.Is6() {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port)
}
