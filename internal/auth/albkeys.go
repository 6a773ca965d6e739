package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

const (
	// keyLife is how long a key is used before it is asked for again.
	keyLife = 24 * time.Hour
	// unknownLife is how long a key that AWS does not have is not asked for
	// again.
	unknownLife = time.Minute
	// maxKeys bounds the keys that are kept. A load balancer has a few.
	maxKeys = 32
	// maxKey bounds a key as AWS sends it, in bytes; it has about 200.
	maxKey = 8 << 10
	// keyTime bounds one look-up.
	keyTime = 5 * time.Second
	// keysEvery and keysBurst bound how often AWS is asked for keys.
	keysEvery = time.Second
	keysBurst = 10
)

// errNoKey is for a key that AWS does not have.
var errNoKey = errors.New("AWS knows no such key")

// errKeysUnavailable is for keys that cannot be had now.
var errKeysUnavailable = errors.New("the load balancer's keys cannot be had")

// albKeys are the public keys of the load balancer, by their ids. It is safe for
// concurrent use.
type albKeys struct {
	url    string
	client *http.Client
	now    func() time.Time
	asking singleflight.Group
	pace   *rate.Limiter

	mu   sync.Mutex
	kept map[string]albKey
}

type albKey struct {
	key   *ecdsa.PublicKey // nil for one that AWS does not have
	until time.Time
}

func newALBKeys(url string, client *http.Client, now func() time.Time) *albKeys {
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &albKeys{url: url, client: &c, now: now, kept: map[string]albKey{}, pace: rate.NewLimiter(rate.Every(keysEvery), keysBurst)}
}

// get finds a key by its id, which has to be checked already: it becomes part of
// an address.
func (k *albKeys) get(ctx context.Context, id string) (*ecdsa.PublicKey, error) {
	if known, ok := k.find(id); ok {
		return known.orError()
	}
	v, err, _ := k.asking.Do(id, func() (any, error) {
		if !k.pace.AllowN(k.now(), 1) {
			return nil, fmt.Errorf("%w: too many were asked for", errKeysUnavailable)
		}
		// Others may wait for the same key when the first has left.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keyTime)
		defer cancel()
		key, err := k.fetch(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errKeysUnavailable, err)
		}
		return k.keep(id, key), nil
	})
	if err != nil {
		return nil, err
	}
	return v.(albKey).orError()
}

func (k albKey) orError() (*ecdsa.PublicKey, error) {
	if k.key == nil {
		return nil, errNoKey
	}
	return k.key, nil
}

func (k *albKeys) find(id string) (albKey, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	known, ok := k.kept[id]
	return known, ok && k.now().Before(known.until)
}

// keep takes a key, or note that there is none, in the place of the one that
// goes first where there is no other.
func (k *albKeys) keep(id string, key *ecdsa.PublicKey) albKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.kept, id)
	if len(k.kept) >= maxKeys {
		first := ""
		for other := range k.kept {
			if first == "" || k.kept[other].until.Before(k.kept[first].until) {
				first = other
			}
		}
		delete(k.kept, first)
	}
	life := keyLife
	if key == nil {
		life = unknownLife
	}
	k.kept[id] = albKey{key, k.now().Add(life)}
	return k.kept[id]
}

// fetch asks AWS for a key; nil for one that it does not have.
func (k *albKeys) fetch(ctx context.Context, id string) (*ecdsa.PublicKey, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url+"/"+id, nil)
	if err != nil {
		return nil, fmt.Errorf("make the request for key %s: %w", id, err)
	}
	answer, err := k.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask for key %s: %w", id, err)
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusForbidden: // S3 says the latter
		return nil, nil
	default:
		return nil, fmt.Errorf("ask for key %s: %s", id, answer.Status)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxKey))
	if err != nil {
		return nil, fmt.Errorf("read key %s: %w", id, err)
	}
	key, err := parseALBKey(text)
	if err != nil {
		return nil, fmt.Errorf("read key %s: %w", id, err)
	}
	return key, nil
}

func parseALBKey(text []byte) (*ecdsa.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not in PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("it is not of the curve P-256")
	}
	return key, nil
}
