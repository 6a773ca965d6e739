package guard

import (
	"net/http"
	"net/netip"
	"strings"
)

// Address is the address that a request came from, where so many proxies of ours
// stand in front: each adds to the end of X-Forwarded-For whom it was asked by,
// so that the entry of the outermost is the last that a client cannot make up.
// Where there are fewer entries than proxies, somebody came past them, and the
// address is that of the connection. It is not valid where nobody can tell.
func Address(r *http.Request, proxies int) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	direct := peer.Addr().Unmap()
	if proxies < 1 {
		return direct
	}
	entries := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if len(entries) < proxies {
		return direct
	}
	told, ok := parseEntry(strings.TrimSpace(entries[len(entries)-proxies]))
	if !ok {
		return direct
	}
	return told
}

// parseEntry reads an address with or without a port, which some proxies add.
func parseEntry(s string) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return addr.Unmap().WithZone(""), true
	}
	if both, err := netip.ParseAddrPort(s); err == nil {
		return both.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}

// Client names the client behind an address: of IPv6 the network of 64 bits,
// within which one may take any address.
func Client(a netip.Addr) string {
	if a.Is6() {
		if network, err := a.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return a.String()
}
