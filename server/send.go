package server

import (
	"github.com/valyala/fasthttp"

	"example.com/opentime/render"
)

// sendImage answers with an image: always 200, exact type and length, and
// nothing that lets anybody keep or share it.
func sendImage(ctx *fasthttp.RequestCtx, image render.Image) {
	h := &ctx.Response.Header
	h.SetContentType(image.Type.ContentType())
	h.Set("Cache-Control", "no-cache, no-store, must-revalidate, max-age=0")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "0")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("X-Robots-Tag", "noindex")
	ctx.SetStatusCode(fasthttp.StatusOK)
	ctx.Response.SetBodyRaw(image.Bytes)
}

// sendRedirect answers with a 302 to destination, which comes from a campaign,
// the catalogue or the configuration, never from the request.
func sendRedirect(ctx *fasthttp.RequestCtx, destination string) {
	h := &ctx.Response.Header
	h.Set("Location", destination)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
	ctx.SetStatusCode(fasthttp.StatusFound)
}
