package server

import (
	"github.com/valyala/fasthttp"

	"example.com/opentime/render"
)

// imageHeaders are what every image has beside its type and length: nothing that
// lets anybody keep or share it. To fasthttp they are one header, of the first's
// name and the last's value with all lines between, so that a response copies them
// at once and not one by one.
var imageHeaders = [2][]byte{
	[]byte("Cache-Control: no-cache, no-store, must-revalidate, max-age=0\r\n" +
		"Pragma: no-cache\r\n" +
		"Expires: 0\r\n" +
		"X-Content-Type-Options: nosniff\r\n" +
		"Content-Security-Policy: default-src 'none'; sandbox\r\n" +
		"Referrer-Policy: no-referrer\r\n" +
		"Cross-Origin-Resource-Policy: cross-origin\r\n" +
		"X-Robots-Tag"),
	[]byte("noindex"),
}

// sendImage answers with an image: always 200, exact type and length.
func sendImage(ctx *fasthttp.RequestCtx, image render.Image) {
	h := &ctx.Response.Header
	h.SetContentType(image.Type.ContentType())
	h.SetCanonical(imageHeaders[0], imageHeaders[1])
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
