package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// adminClient speaks to the admin listener of the server that runs, if one
// does.
type adminClient struct {
	base  string
	token string
	http  http.Client
}

// errNoServer says that no server answers at the admin address.
var errNoServer = errors.New("no server answers")

// newAdminClient returns a client of the admin listener at an address as
// opentime.yaml has it.
func newAdminClient(address, token string) *adminClient {
	host, port, _ := net.SplitHostPort(address)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return &adminClient{
		base: "http://" + net.JoinHostPort(host, port), token: token,
		http: http.Client{Timeout: time.Minute},
	}
}

// do sends a request and returns the answer's body. An answer other than 2xx is
// an error with what the server said.
func (a *adminClient) do(method, path string, body []byte) ([]byte, error) {
	answer, err := a.send(&a.http, method, path, body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", a.base, err)
	}
	return data, nil
}

// send is do for an answer that the caller reads and closes.
func (a *adminClient) send(client *http.Client, method, path string, body []byte) (*http.Response, error) {
	request, err := http.NewRequest(method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", a.base, err)
	}
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	answer, err := client.Do(request)
	var refused *net.OpError
	if errors.As(err, &refused) && refused.Op == "dial" {
		return nil, errNoServer
	}
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", a.base, err)
	}
	if answer.StatusCode/100 == 2 {
		return answer, nil
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	switch {
	case err != nil:
		return nil, fmt.Errorf("ask %s: %w", a.base, err)
	case answer.StatusCode == http.StatusUnauthorized:
		return nil, hint(refusedError{answer.StatusCode, "the server wants a token: " + said(data)},
			"set OPENTIME_TOKEN_READ for explain, preview, status, data and feed status and versions, OPENTIME_TOKEN_PUBLISH for backup, OPENTIME_TOKEN_INGEST for import, forget and the rest of feed")
	}
	return nil, refusedError{answer.StatusCode, said(data)}
}

// refusedError is an answer other than 2xx.
type refusedError struct {
	status int
	text   string
}

// Error returns what the server said.
func (e refusedError) Error() string { return e.text }

// said returns the error of an answer.
func said(data []byte) string {
	var answer struct{ Error string }
	if json.Unmarshal(data, &answer) == nil && answer.Error != "" {
		return answer.Error
	}
	return cmp.Or(strings.TrimSpace(string(data[:min(len(data), 500)])), "the server said no more")
}
