package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	_ "image/jpeg" // what servers send
	_ "image/png"
	"net/url"
	"strings"

	"github.com/valyala/fasthttp"
)

// What an answer is: valid, or the one thing that is wrong with it.
const (
	valid      = "valid"
	wrongCode  = "status"   // another than 200, or than 302 for a click
	wrongType  = "type"     // of another format than the link's extension
	broken     = "broken"   // does not begin, or decode, as what it says it is
	wrongSize  = "size"     // empty, too large, or not a multiple of the width in the mail
	wrongPlace = "location" // a click leads to no http(s) address on an expected host
	timedOut   = "timeout"  // no answer in time
	failed     = "error"    // no answer: refused, closed, cut off
	unsent     = "unsent"   // no connection was free in time
)

// Bounds of an image that a mail can have.
const (
	maxImage = 16 << 20 // bytes
	maxSide  = 8192     // pixels
)

// contentTypes and what files begin with, by extension.
var (
	contentTypes = map[string]string{"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif"}
	beginnings   = map[string]string{"jpg": "\xff\xd8\xff", "png": "\x89PNG\r\n\x1a\n", "gif": "GIF8"}
)

// verdict is what an answer is, and why where it is not valid.
type verdict struct {
	what, why string
}

// checkFailure says what it is that no answer came.
func checkFailure(err error) verdict {
	switch {
	case errors.Is(err, fasthttp.ErrTimeout) || errors.Is(err, fasthttp.ErrDialTimeout):
		return verdict{timedOut, err.Error()}
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		return verdict{wrongSize, fmt.Sprintf("over %d bytes", maxImage)}
	}
	return verdict{failed, err.Error()}
}

// checkImage says what an image is by its headers and first bytes.
func checkImage(b *block, r *fasthttp.Response) verdict {
	body := r.Body()
	switch given, _, _ := strings.Cut(string(r.Header.ContentType()), ";"); {
	case r.StatusCode() != fasthttp.StatusOK:
		return verdict{wrongCode, fmt.Sprintf("%d", r.StatusCode())}
	case strings.TrimSpace(given) != contentTypes[b.extension]:
		return verdict{wrongType, fmt.Sprintf("%q for .%s", given, b.extension)}
	case len(body) == 0:
		return verdict{wrongSize, "0 bytes"}
	case !bytes.HasPrefix(body, []byte(beginnings[b.extension])):
		return verdict{broken, fmt.Sprintf("begins with %.8q", body)}
	}
	return verdict{what: valid}
}

// checkPixels decodes an image whole, each frame of a GIF.
func checkPixels(b *block, body []byte) (v verdict) {
	defer func() {
		if p := recover(); p != nil {
			v = verdict{broken, fmt.Sprint(p)}
		}
	}()
	size, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return verdict{broken, err.Error()}
	}
	if size.Width < 1 || size.Height < 1 || size.Width > maxSide || size.Height > maxSide {
		return verdict{wrongSize, fmt.Sprintf("%dx%d pixels", size.Width, size.Height)}
	}
	if format == "gif" {
		_, err = gif.DecodeAll(bytes.NewReader(body))
	} else {
		_, _, err = image.Decode(bytes.NewReader(body))
	}
	if err != nil {
		return verdict{broken, err.Error()}
	}
	if b.width > 0 && size.Width%b.width != 0 {
		return verdict{wrongSize, fmt.Sprintf("%d pixels wide, in the mail %d", size.Width, b.width)}
	}
	return verdict{what: valid}
}

// checkClick says what the answer of a click is.
func checkClick(hosts []string, r *fasthttp.Response) verdict {
	if r.StatusCode() != fasthttp.StatusFound {
		return verdict{wrongCode, fmt.Sprintf("%d", r.StatusCode())}
	}
	location := string(r.Header.Peek("Location"))
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || !expected(hosts, u.Hostname()) {
		return verdict{wrongPlace, fmt.Sprintf("%q", location)}
	}
	return verdict{what: valid}
}

// expected reports whether a host is one of hosts, where *.example stands for all
// below it; with no hosts every one is.
func expected(hosts []string, host string) bool {
	host = strings.ToLower(host)
	for _, h := range hosts {
		if below, wild := strings.CutPrefix(h, "*"); h == host || wild && strings.HasSuffix(host, below) {
			return true
		}
	}
	return len(hosts) == 0
}
