package server

import (
	"bytes"
	"errors"
	"net"
	"slices"

	"github.com/valyala/fasthttp"
)

// refuse answers what fasthttp refuses before any handler: a raw space or
// control byte in the request line, headers that are too long, a body that
// cannot be read. The type is read from what came of the URL. Nothing of it is
// logged. A connection that said nothing in time is closed: browsers open
// them ahead.
func (p *Public) refuse(ctx *fasthttp.RequestCtx, err error) {
	header := &ctx.Request.Header
	// What was read of a request that is too long stands in the error only.
	path := requestPath(slices.Concat(header.RequestURI(), []byte(" HTTP/\n"), header.RawHeaders(), []byte("\n"+err.Error())))
	if timeout, ok := errors.AsType[net.Error](err); ok && path == nil && timeout.Timeout() {
		_ = ctx.Conn().Close()
		return
	}
	if path == nil && isBeaconPath(header.RequestURI()) {
		path = header.RequestURI()
	}
	why := refused
	if _, ok := errors.AsType[*fasthttp.ErrSmallBuffer](err); ok {
		why = headersLarge
	}
	p.sendLowest(ctx, path, why)
	ctx.SetConnectionClose()
}

// leaveBody leaves the body of an open or a click unread, whatever is wrong with
// it: nobody looks at it, and the connection ends after the answer.
func leaveBody(header *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if header.ContentLength() == 0 || header.ContentLength() < -1 {
		return fasthttp.RequestConfig{}
	}
	if uri := header.RequestURI(); isImagePath(uri) || isClickPath(uri) {
		header.SetContentLength(0)
		header.SetConnectionClose()
	}
	return fasthttp.RequestConfig{}
}

// requestPath returns the path that a request asks for which could not be read:
// from the first /i/, /c/ or /a/ on, without what follows a "?". Nil where there is
// none.
func requestPath(text []byte) []byte {
	for i := range text {
		if isImagePath(text[i:]) || isClickPath(text[i:]) || isAnswerPath(text[i:]) {
			path, _, _ := bytes.Cut(text[i:], []byte("?"))
			path, _, _ = bytes.Cut(path, []byte(" HTTP/"))
			return path
		}
	}
	return nil
}
