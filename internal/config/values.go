package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"whystopped/internal/slack/channels"
)

// The types below are flag.Values that check what they are set to.

type listenValue string

func (v *listenValue) String() string { return string(*v) }

func (v *listenValue) Set(s string) error {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return errors.New("want host:port, such as 127.0.0.1:8080 or :8080")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return errors.New("the port must be a number from 0 to 65535")
	}
	*v = listenValue(s)
	return nil
}

type timeoutValue time.Duration

func (v *timeoutValue) String() string { return time.Duration(*v).String() }

func (v *timeoutValue) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second || d > 5*time.Minute {
		return errors.New("want a duration from 1s to 5m, such as 10s")
	}
	*v = timeoutValue(d)
	return nil
}

type urlValue string

func (v *urlValue) String() string { return string(*v) }

func (v *urlValue) Set(s string) error {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errors.New("want http:// or https://, a host, and at most a path")
	}
	*v = urlValue(strings.TrimRight(s, "/"))
	return nil
}

type levelValue slog.Level

func (v *levelValue) String() string { return strings.ToLower(slog.Level(*v).String()) }

func (v *levelValue) Set(s string) error {
	switch strings.ToLower(s) {
	case "debug", "info", "warn", "error":
		return (*slog.Level)(v).UnmarshalText([]byte(s))
	}
	return errors.New("want debug, info, warn or error")
}

type channelsValue channels.Rules

func (v *channelsValue) String() string { return channels.Rules(*v).String() }

func (v *channelsValue) Set(s string) error {
	rules, err := channels.Parse(s)
	if err != nil {
		return fmt.Errorf("%w, such as default=#ecs;cluster:prod=#prod", err)
	}
	*v = channelsValue(rules)
	return nil
}
