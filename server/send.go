package server

import (
	"github.com/valyala/fasthttp"

	"example.com/opentime/render"
)

// imageHeaders are what every image has beside its type and length, in the form
// fasthttp writes them: nothing that lets anybody keep or share it.
var imageHeaders = [...][2][]byte{
	{[]byte("Cache-Control"), []byte("no-cache, no-store, must-revalidate, max-age=0")},
	{[]byte("Pragma"), []byte("no-cache")},
	{[]byte("Expires"), []byte("0")},
	{[]byte("X-Content-Type-Options"), []byte("nosniff")},
	{[]byte("Content-Security-Policy"), []byte("default-src 'none'; sandbox")},
	{[]byte("Referrer-Policy"), []byte("no-referrer")},
	{[]byte("Cross-Origin-Resource-Policy"), []byte("cross-origin")},
	{[]byte("X-Robots-Tag"), []byte("noindex")},
}

// sendImage answers with an image: always 200, exact type and length.
func sendImage(ctx *fasthttp.RequestCtx, image render.Image) {
	h := &ctx.Response.Header
	h.SetContentType(image.Type.ContentType())
	for _, header := range imageHeaders {
		h.SetCanonical(header[0], header[1])
	}
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
