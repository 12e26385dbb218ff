package server

import (
	"bufio"
	"bytes"
	"net/http"
	"testing"

	"github.com/valyala/fasthttp"

	"example.com/opentime/render"
)

// TestImagesHaveTheirHeaders reads a response as net/http does.
func TestImagesHaveTheirHeaders(t *testing.T) {
	var ctx fasthttp.RequestCtx
	sendImage(&ctx, render.BuiltIn(render.JPG))
	var sent bytes.Buffer
	if _, err := ctx.Response.WriteTo(&sent); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(&sent), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for name, want := range map[string]string{
		"Content-Type": "image/jpeg", "Cache-Control": "no-cache, no-store, must-revalidate, max-age=0", "Pragma": "no-cache", "Expires": "0",
		"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Resource-Policy": "cross-origin", "X-Robots-Tag": "noindex",
	} {
		if got := res.Header[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// BenchmarkSendImage makes the head of a response.
func BenchmarkSendImage(b *testing.B) {
	image := render.BuiltIn(render.JPG)
	var ctx fasthttp.RequestCtx
	var head []byte
	b.ReportAllocs()
	for b.Loop() {
		ctx.Response.Reset()
		sendImage(&ctx, image)
		head = ctx.Response.Header.AppendBytes(head[:0])
	}
}
