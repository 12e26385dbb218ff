package signals

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// How long a feed's server may take.
const (
	feedDial   = 10 * time.Second
	feedHeader = 30 * time.Second
	feedWhole  = 10 * time.Minute
)

// maxRedirects bounds how often a feed's server may send us elsewhere.
const maxRedirects = 3

// sourceState is what tells whether a source changed.
type sourceState struct {
	modified time.Time // zero: it does not say
	size     int64     // of a file
	tag      string    // of a URL: ETag
	since    string    // of a URL: Last-Modified, as it said it
	known    bool
}

// sourceAnswer is what a source holds now; body is nil if nothing changed.
type sourceAnswer struct {
	body   io.ReadCloser
	state  sourceState
	steady func() error // says whether the source changed while it was read
}

// ask asks the feed's source what it holds.
func (f *feed) ask(ctx context.Context, known sourceState) (sourceAnswer, error) {
	if f.URL != "" {
		return f.askURL(ctx, known)
	}
	return f.askFile(known)
}

func (f *feed) askFile(known sourceState) (sourceAnswer, error) {
	in, err := f.Open(f.File)
	if err != nil {
		return sourceAnswer{}, fmt.Errorf("open %s: %w", f.File, unwrapPath(err))
	}
	info, err := in.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no file")
	}
	if err != nil {
		return sourceAnswer{}, errors.Join(fmt.Errorf("open %s: %w", f.File, unwrapPath(err)), in.Close())
	}
	state := sourceState{modified: info.ModTime(), size: info.Size(), known: true}
	if known.known && known.size == state.size && known.modified.Equal(state.modified) {
		return sourceAnswer{state: state}, in.Close()
	}
	steady := func() error {
		info, err := in.Stat()
		if err != nil || info.Size() != state.size || !info.ModTime().Equal(state.modified) {
			return fmt.Errorf("%s changed while it was read; it is read again at the next refresh", f.File)
		}
		return nil
	}
	return sourceAnswer{body: in, state: state, steady: steady}, nil
}

// unwrapPath takes the path off an error of the file system: it is said
// already.
func unwrapPath(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

func (f *feed) askURL(ctx context.Context, known sourceState) (sourceAnswer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return sourceAnswer{}, errors.New("its url is no address")
	}
	request.Header.Set("User-Agent", "opentime")
	request.Header.Set("Accept", "application/xml, text/xml, text/tab-separated-values, */*;q=0.5")
	if known.tag != "" {
		request.Header.Set("If-None-Match", known.tag)
	}
	if known.since != "" {
		request.Header.Set("If-Modified-Since", known.since)
	}
	client, err := f.client(request)
	if err != nil {
		return sourceAnswer{}, fmt.Errorf("fetch: %w", err)
	}
	response, err := client.Do(request)
	if ofURL, ok := errors.AsType[*url.Error](err); ok {
		err = ofURL.Err // without the address: it may hold a key
	}
	if err != nil {
		return sourceAnswer{}, fmt.Errorf("fetch: %w", err)
	}
	switch {
	case response.StatusCode == http.StatusNotModified && known.known:
		return sourceAnswer{state: known}, response.Body.Close()
	case response.StatusCode != http.StatusOK:
		return sourceAnswer{}, errors.Join(fmt.Errorf("fetch: its server answered %s", response.Status), response.Body.Close())
	}
	state := sourceState{tag: response.Header.Get("ETag"), since: response.Header.Get("Last-Modified"), known: true}
	if at, err := http.ParseTime(state.since); err == nil {
		state.modified = at
	}
	return sourceAnswer{body: response.Body, state: state, steady: func() error { return nil }}, nil
}

// client returns a client that waits only so long, does not follow far, and
// reaches no addresses that a feed's server may not send it to.
func (f *feed) client(request *http.Request) (*http.Client, error) {
	proxy, err := http.ProxyFromEnvironment(request)
	if err != nil {
		return nil, errors.New("the proxy that the environment names is none")
	}
	own := request.URL.Hostname()
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		may := ofFeed(own, host)
		if proxy != nil {
			may = func(netip.AddrPort) error { return nil } // it is the proxy's, and the sender's choice
		}
		return f.network.dialer(feedDial, may).DialContext(ctx, network, address)
	}
	return &http.Client{
		Timeout: feedWhole,
		Transport: &http.Transport{
			Proxy: http.ProxyURL(proxy), DialContext: dial,
			TLSHandshakeTimeout: feedDial, ResponseHeaderTimeout: feedHeader,
			DisableKeepAlives: true, // a feed is asked for a few times an hour
		},
		CheckRedirect: func(request *http.Request, via []*http.Request) error {
			switch {
			case len(via) > maxRedirects:
				return errors.New("its server sends us in circles")
			case via[0].URL.Scheme == "https" && request.URL.Scheme != "https":
				return errors.New("its server sends us away from https")
			case proxy != nil && request.URL.Hostname() != own:
				return errors.New("its server sends us to another host, which is not looked into behind a proxy; write that one as url")
			}
			return nil
		},
	}, nil
}
