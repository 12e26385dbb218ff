package load

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
	Valid      = "valid"
	WrongCode  = "status"   // another than 200, or than 302 for a click
	WrongType  = "type"     // of another format than the link's extension
	Broken     = "broken"   // does not begin, or decode, as what it says it is
	WrongSize  = "size"     // empty, too large, or not a multiple of the width in the mail
	WrongPlace = "location" // a click leads to no http(s) address on an expected host
	TimedOut   = "timeout"  // no answer in time
	Failed     = "error"    // no answer: refused, closed, cut off
	Unsent     = "unsent"   // no connection was free in time
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

// Verdict is what an answer is, and why where it is not valid.
type Verdict struct {
	What, Why string
}

// checkFailure says what it is that no answer came.
func checkFailure(err error) Verdict {
	switch {
	case errors.Is(err, fasthttp.ErrTimeout) || errors.Is(err, fasthttp.ErrDialTimeout):
		return Verdict{TimedOut, err.Error()}
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		return Verdict{WrongSize, fmt.Sprintf("over %d bytes", maxImage)}
	}
	return Verdict{Failed, err.Error()}
}

// checkImage says what an image is by its headers and first bytes.
func checkImage(b *Image, r *fasthttp.Response) Verdict {
	body := r.Body()
	switch given, _, _ := strings.Cut(string(r.Header.ContentType()), ";"); {
	case r.StatusCode() != fasthttp.StatusOK:
		return Verdict{WrongCode, fmt.Sprintf("%d", r.StatusCode())}
	case strings.TrimSpace(given) != contentTypes[b.Extension]:
		return Verdict{WrongType, fmt.Sprintf("%q for .%s", given, b.Extension)}
	case len(body) == 0:
		return Verdict{WrongSize, "0 bytes"}
	case !bytes.HasPrefix(body, []byte(beginnings[b.Extension])):
		return Verdict{Broken, fmt.Sprintf("begins with %.8q", body)}
	}
	return Verdict{What: Valid}
}

// checkPixels decodes an image whole, each frame of a GIF.
func checkPixels(b *Image, body []byte) (v Verdict) {
	defer func() {
		if p := recover(); p != nil {
			v = Verdict{Broken, fmt.Sprint(p)}
		}
	}()
	size, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return Verdict{Broken, err.Error()}
	}
	if size.Width < 1 || size.Height < 1 || size.Width > maxSide || size.Height > maxSide {
		return Verdict{WrongSize, fmt.Sprintf("%dx%d pixels", size.Width, size.Height)}
	}
	if format == "gif" {
		_, err = gif.DecodeAll(bytes.NewReader(body))
	} else {
		_, _, err = image.Decode(bytes.NewReader(body))
	}
	if err != nil {
		return Verdict{Broken, err.Error()}
	}
	if b.Width > 0 && size.Width%b.Width != 0 {
		return Verdict{WrongSize, fmt.Sprintf("%d pixels wide, in the mail %d", size.Width, b.Width)}
	}
	return Verdict{What: Valid}
}

// checkClick says what the answer of a click is.
func checkClick(hosts []string, r *fasthttp.Response) Verdict {
	if r.StatusCode() != fasthttp.StatusFound {
		return Verdict{WrongCode, fmt.Sprintf("%d", r.StatusCode())}
	}
	location := string(r.Header.Peek("Location"))
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || !expected(hosts, u.Hostname()) {
		return Verdict{WrongPlace, fmt.Sprintf("%q", location)}
	}
	return Verdict{What: Valid}
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
