package signals

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
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

// Source is where what is polled lies: a file or a URL, of which one is "".
type Source struct {
	File, URL string
	Open      func(name string) (fs.File, error) // opens File; nil: on the disk
	Accept    string                             // the types that are asked for; "": any
	Network   Network
}

// SourceState is what tells whether a source changed.
type SourceState struct {
	Modified time.Time `json:"modified,omitzero"` // zero: it does not say
	Size     int64     `json:"size,omitempty"`    // of a file
	Tag      string    `json:"tag,omitempty"`     // of a URL: ETag
	Since    string    `json:"since,omitempty"`   // of a URL: Last-Modified, as it said it
	Known    bool      `json:"known"`
}

// SourceAnswer is what a source holds now; Body is nil if nothing changed.
type SourceAnswer struct {
	Body   io.ReadCloser
	State  SourceState
	Steady func() error // says whether the source changed while it was read
}

// source is where the feed lies.
func (f *feed) source() *Source {
	return &Source{
		File: f.File, URL: f.URL, Open: f.Open, Network: f.network,
		Accept: "application/xml, text/xml, text/tab-separated-values, */*;q=0.5",
	}
}

// Ask asks the source what it holds. known is the state of what was read before.
func (s *Source) Ask(ctx context.Context, known SourceState) (SourceAnswer, error) {
	if s.URL != "" {
		return s.askURL(ctx, known)
	}
	return s.askFile(known)
}

// Name is the file, or the URL without what may be secret.
func (s *Source) Name() string { return cmp.Or(s.File, withoutSecrets(s.URL)) }

func (s *Source) askFile(known SourceState) (SourceAnswer, error) {
	open := s.Open
	if open == nil {
		open = func(name string) (fs.File, error) { return os.Open(name) }
	}
	in, err := open(s.File)
	if err != nil {
		return SourceAnswer{}, fmt.Errorf("open %s: %w", s.File, unwrapPath(err))
	}
	info, err := in.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no file")
	}
	if err != nil {
		return SourceAnswer{}, errors.Join(fmt.Errorf("open %s: %w", s.File, unwrapPath(err)), in.Close())
	}
	state := SourceState{Modified: info.ModTime(), Size: info.Size(), Known: true}
	if known.Known && known.Size == state.Size && known.Modified.Equal(state.Modified) {
		return SourceAnswer{State: state}, in.Close()
	}
	steady := func() error {
		info, err := in.Stat()
		if err != nil || info.Size() != state.Size || !info.ModTime().Equal(state.Modified) {
			return fmt.Errorf("%s changed while it was read; it is read again at the next refresh", s.File)
		}
		return nil
	}
	return SourceAnswer{Body: in, State: state, Steady: steady}, nil
}

// unwrapPath takes the path off an error of the file system: it is said
// already.
func unwrapPath(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

func (s *Source) askURL(ctx context.Context, known SourceState) (SourceAnswer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		return SourceAnswer{}, errors.New("its url is no address")
	}
	request.Header.Set("User-Agent", "opentime")
	request.Header.Set("Accept", cmp.Or(s.Accept, "*/*"))
	if known.Tag != "" {
		request.Header.Set("If-None-Match", known.Tag)
	}
	if known.Since != "" {
		request.Header.Set("If-Modified-Since", known.Since)
	}
	client, err := s.client(request)
	if err != nil {
		return SourceAnswer{}, fmt.Errorf("fetch: %w", err)
	}
	response, err := client.Do(request)
	if ofURL, ok := errors.AsType[*url.Error](err); ok {
		err = ofURL.Err // without the address: it may hold a key
	}
	if err != nil {
		return SourceAnswer{}, fmt.Errorf("fetch: %w", err)
	}
	switch {
	case response.StatusCode == http.StatusNotModified && known.Known:
		return SourceAnswer{State: known}, response.Body.Close()
	case response.StatusCode != http.StatusOK:
		return SourceAnswer{}, errors.Join(fmt.Errorf("fetch: its server answered %s", response.Status), response.Body.Close())
	}
	state := SourceState{Tag: response.Header.Get("ETag"), Since: response.Header.Get("Last-Modified"), Known: true}
	if at, err := http.ParseTime(state.Since); err == nil {
		state.Modified = at
	}
	return SourceAnswer{Body: response.Body, State: state, Steady: func() error { return nil }}, nil
}

// client returns a client that waits only so long, does not follow far, and
// reaches no addresses that a feed's server may not send it to.
func (s *Source) client(request *http.Request) (*http.Client, error) {
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
		return s.Network.dialer(feedDial, may).DialContext(ctx, network, address)
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
