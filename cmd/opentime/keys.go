package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"

	"example.com/opentime/server"
)

// keysVariable holds the keys that seal and verify recipients.
const keysVariable = "OPENTIME_KEYS"

// loadKeys returns the keys of the environment.
func loadKeys(getenv func(string) string) (*server.Keys, error) {
	text := getenv(keysVariable)
	if text == "" {
		return nil, hint(errors.New("no keys to seal recipients with: "+keysVariable+" is not set"),
			"keep this one safe, every server and every sign needs it: export %s='a:%s'", keysVariable, newSecret())
	}
	keys, err := server.ParseKeys(text)
	if err != nil {
		return nil, hint(err, "%s is a list of words <letter>:<base64url of 32 bytes>[@<last day>]; the first signs", keysVariable)
	}
	return keys, nil
}

// newSecret returns a key's 32 bytes as keysVariable has them.
func newSecret() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// demoKeys are the demo's own, known to everybody.
const demoKeys = "d:b3BlbnRpbWUtZGVtby1rZXlzLWFyZS1uby1zZWNyZXQ"

// siteKeys returns the keys of the environment; for the demo its own where
// there are none.
func siteKeys(where folder, e *env) (*server.Keys, error) {
	if where.embedded != nil && e.getenv(keysVariable) == "" {
		return server.ParseKeys(demoKeys)
	}
	return loadKeys(e.getenv)
}

// anyKeys returns e with keys made up where it has none: for commands that make
// and read no link.
func anyKeys(e *env) *env {
	with := *e
	with.getenv = func(name string) string {
		if value := e.getenv(name); value != "" || name != keysVariable {
			return value
		}
		return "a:" + newSecret()
	}
	return &with
}
