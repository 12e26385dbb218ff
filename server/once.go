package server

import (
	"bytes"
	"time"

	"github.com/valyala/fasthttp"
)

// Limits of requests with a key.
const (
	maxKey        = 255      // bytes
	maxKeptAnswer = 64 << 10 // a longer answer is worked out again
)

// once answers a request with an Idempotency-Key once: the same again within
// KeepEvents is answered as it was, and applied no second time. One that was not
// answered, because the store failed or the server ended, is taken as of its first
// receipt.
func (s *Server) once(next func(ctx *fasthttp.RequestCtx, received time.Time)) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		key := ctx.Request.Header.Peek("Idempotency-Key")
		if len(key) == 0 {
			next(ctx, s.config.Now())
			return
		}
		if len(key) > maxKey {
			answerError(ctx, fasthttp.StatusBadRequest, "Idempotency-Key has over 255 bytes; shorten it")
			return
		}
		e := newEvent(s.config.Now(), "key", string(ctx.Method()), string(ctx.Path()), string(key))
		e.digest = sentWith(ctx)
		if _, twice := s.answering.LoadOrStore(e.hash, true); twice {
			answerError(ctx, fasthttp.StatusConflict, "a request with this Idempotency-Key is being answered; send it again later")
			return
		}
		defer s.answering.Delete(e.hash)
		first, again, err := s.recall(e)
		switch {
		case err != nil:
			answerUnkept(ctx, err)
		case again && first.digest != e.digest:
			answerError(ctx, fasthttp.StatusUnprocessableEntity, "this Idempotency-Key came with another body before; make a key for each request")
		case again && first.status != 0:
			ctx.SetContentType("application/json")
			ctx.SetBody(first.answer)
			ctx.SetStatusCode(first.status)
		default:
			s.answerFirst(ctx, first, again, next)
		}
	}
}

// sentWith is the hash of what a request says: its body, and the headers that an
// event is in.
func sentWith(ctx *fasthttp.RequestCtx) [16]byte {
	parts := []string{string(ctx.PostBody())}
	for _, name := range [...]string{"Content-Type", "ce-id", "ce-source", "ce-type", "ce-time"} {
		parts = append(parts, string(ctx.Request.Header.Peek(name)))
	}
	return hashOf(parts...)
}

// answerFirst answers a request that was not answered before. That it came is
// kept before anything is applied, and then what it was answered.
func (s *Server) answerFirst(ctx *fasthttp.RequestCtx, e event, again bool, next func(*fasthttp.RequestCtx, time.Time)) {
	if !again {
		if err := s.remember(true, e); err != nil {
			answerUnkept(ctx, err)
			return
		}
	}
	next(ctx, e.received)
	if e.status = ctx.Response.StatusCode(); e.status >= fasthttp.StatusInternalServerError {
		return
	}
	if e.answer = bytes.Clone(ctx.Response.Body()); len(e.answer) > maxKeptAnswer {
		return
	}
	if err := s.remember(true, e); err != nil {
		ctx.ResetBody()
		answerUnkept(ctx, err)
	}
}
