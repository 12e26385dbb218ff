package signals

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits of fetching a picture.
const (
	pictureTime   = 10 * time.Second // in all
	pictureDial   = 5 * time.Second
	maxPicture    = 10 << 20 // bytes
	maxPictureHop = 3        // redirects, all to the same host
)

var errPictureSize = fmt.Errorf("it is larger than %d MiB", maxPicture>>20)

// newClient returns a client that reaches public addresses only, and keeps to
// the host that it was sent to.
func (p *pictures) newClient() *http.Client {
	dialer := p.network.dialer(pictureDial, ofPicture)
	return &http.Client{
		Transport: &http.Transport{
			// No proxy, whatever the environment says: it would look names up itself.
			DialContext: dialer.DialContext, TLSHandshakeTimeout: pictureDial, ResponseHeaderTimeout: pictureDial,
			DisableCompression: true, MaxResponseHeaderBytes: 16 << 10,
			MaxIdleConnsPerHost: perHost, MaxIdleConns: 4 * perHost, IdleConnTimeout: time.Minute,
		},
		CheckRedirect: func(request *http.Request, via []*http.Request) error {
			switch first := via[0].URL; {
			case len(via) > maxPictureHop:
				return errors.New("its server sends us in circles")
			case !strings.EqualFold(request.URL.Hostname(), first.Hostname()):
				return fmt.Errorf("its server sends us to %q", request.URL.Hostname())
			case first.Scheme == "https" && request.URL.Scheme != "https":
				return errors.New("its server sends us away from https")
			}
			return nil
		},
	}
}

// fetched is what became of asking for a picture.
type fetched struct {
	link       string
	ref        string // "": it has not changed
	tag, since string
	err        error
}

// fetch asks for a picture, unless it is as it was, and keeps it. It turns a
// panic of what reads the picture into an error.
func (p *pictures) fetch(ctx context.Context, link, tag, since string) (f fetched) {
	f = fetched{link: link, tag: tag, since: since}
	defer func() {
		if cause := recover(); cause != nil {
			f.err = fmt.Errorf("reading it panicked: %v", cause)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, p.config.Patience)
	defer cancel()
	answer, err := p.get(ctx, link, tag, since)
	if err != nil {
		f.err = plainly(err)
		return f
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode == http.StatusNotModified && (tag != "" || since != "") {
		return f
	}
	data, err := body(answer)
	if err != nil {
		f.err = plainly(err)
		return f
	}
	f.tag, f.since = headerText(answer, "ETag"), headerText(answer, "Last-Modified")
	f.ref, f.err = p.config.Add(data)
	return f
}

// get asks for a picture.
func (p *pictures) get(ctx context.Context, link, tag, since string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "opentime")
	request.Header.Set("Accept", "image/jpeg, image/png, image/gif")
	if tag != "" {
		request.Header.Set("If-None-Match", tag)
	}
	if since != "" {
		request.Header.Set("If-Modified-Since", since)
	}
	return p.client.Do(request)
}

// body reads an answer that may be a picture.
func body(answer *http.Response) ([]byte, error) {
	switch packed := answer.Header.Get("Content-Encoding"); {
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("its server answered %s", answer.Status)
	case packed != "" && packed != "identity":
		return nil, fmt.Errorf("its server packed it as %.20q", packed)
	case answer.ContentLength > maxPicture:
		return nil, errPictureSize
	}
	var data bytes.Buffer
	if answer.ContentLength > 0 {
		data.Grow(int(answer.ContentLength))
	}
	if _, err := data.ReadFrom(io.LimitReader(answer.Body, maxPicture+1)); err != nil {
		return nil, err
	}
	if data.Len() > maxPicture {
		return nil, errPictureSize
	}
	return data.Bytes(), nil
}

// headerText is a header that is sent back; "" if it is too long for that.
func headerText(answer *http.Response, name string) string {
	if text := answer.Header.Get(name); len(text) <= 200 {
		return text
	}
	return ""
}

// plainly leaves out of an error where it was: the link may hold a key, and an
// address says what lies behind a name.
func plainly(err error) error {
	if ofURL, ok := errors.AsType[*url.Error](err); ok {
		err = ofURL.Err
	}
	switch dns := (*net.DNSError)(nil); {
	case errors.Is(err, errNotPublic):
		return errNotPublic
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("its server took too long")
	case errors.As(err, &dns):
		return errors.New("its host is not found")
	}
	if ofNet, ok := errors.AsType[*net.OpError](err); ok {
		err = ofNet.Err
	}
	return err
}
