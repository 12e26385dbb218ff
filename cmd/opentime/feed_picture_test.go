package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/opentime/server"
	"example.com/opentime/signals"
)

const galleryCampaign = `campaign: spring
show: {link: "https://shop.example/spring"}
blocks:
  card:
    rules:
      - {name: card, show: {layout: item-card, item: rose}}
    fallback: {layout: plain, headline: "Altijd"}
`

const plainLayout = `layout: plain
size: 290x160
values: {headline: text}
layers:
  - text: {text: "{headline}", left: 10, top: 10, width: 270, height: 140, font-size: 20}
`

// TestItemPicturesFromTheWebAreShownOnceTheyAreThere opens a mail before and
// after its item's picture came. No open waits for it, and a start or a command
// without a server shows it though its server is gone.
func TestItemPicturesFromTheWebAreShownOnceTheyAreThere(t *testing.T) {
	release := make(chan struct{})
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
		_, _ = w.Write([]byte(square(t, color.NRGBA{R: 0xff, A: 0xff})))
	}))
	defer shop.Close()
	own := netip.MustParseAddrPort(shop.Listener.Addr().String())
	reach := signals.Network{Allow: func(to netip.AddrPort) bool { return to == own }, Resolver: loopbackNames(t)}
	l := newLadder(t)
	l.stop()
	l.remove("campaigns/broken.yaml")
	l.remove("campaigns/slow.yaml")
	l.write("campaigns/plain.yaml", plainLayout)
	l.write("campaigns/spring.yaml", galleryCampaign)
	l.write("opentime.yaml", strings.Replace(ladderConfig, "feeds: {shop: {file: shop.xml}}", "feeds: {shop: {file: shop.csv}}", 1))
	_, port, _ := net.SplitHostPort(shop.Listener.Addr().String())
	l.write("shop.csv", "id,title,link,price,image\nrose,Rose,https://shop.example/rose,3 EUR,http://shop.example:"+port+"/rose.png\n")
	e := &env{zones: sharedZones, stdout: io.Discard, stderr: os.Stderr, now: l.clock, network: reach, getenv: func(name string) string {
		return map[string]string{"OPENTIME_KEYS": demoKeys, "OPENTIME_TOKEN_READ": "read"}[name]
	}}
	start := func() {
		t.Helper()
		a, err := startApp(e, serveOptions{path: l.dir, listen: "127.0.0.1:0", admin: "127.0.0.1:0", data: l.dir + "/data"})
		if err != nil {
			t.Fatal(err)
		}
		l.app = a
		t.Cleanup(func() { _ = a.stop() })
	}
	rule := func() string {
		t.Helper()
		answer, err := l.app.server.Ask(server.Ask{Campaign: "spring", Block: "card"})
		if err != nil {
			t.Fatal(err)
		}
		return answer.Explanation.Rule
	}
	start()
	if got := rule(); got == "card" {
		t.Error("a picture that is not there yet is shown")
	}
	l.open("/i/spring/card.png")
	close(release)
	for tries := 0; rule() != "card" && tries < 500; tries++ {
		time.Sleep(20 * time.Millisecond)
	}
	if got := rule(); got != "card" {
		t.Fatalf("the picture came and %q is shown", got)
	}
	red := func(data []byte) bool {
		m, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		r, g, b, _ := m.At(m.Bounds().Dx()/5, m.Bounds().Dy()/2).RGBA()
		return r > 0xe000 && g < 0x2000 && b < 0x2000
	}
	if body := l.wants("with its picture", "/i/spring/card.png", "live"); !red([]byte(body)) {
		t.Error("the card does not show the picture")
	}
	l.stop()
	shop.Close()
	start()
	if got := rule(); got != "card" {
		t.Errorf("after a start %q is shown", got)
	}
	l.stop()
	var drawn bytes.Buffer
	e.stdout = &drawn
	if code := run([]string{"preview", "spring/card", l.dir, "-o", l.dir + "/card.png"}, e); code != 0 {
		t.Fatalf("preview: %s", drawn.String())
	}
	if data := l.read(l.dir + "/card.png"); !red([]byte(data)) {
		t.Error("preview without a server does not show the picture")
	}
}

// loopbackNames is a resolver for which every name is 127.0.0.1.
func loopbackNames(t *testing.T) *net.Resolver {
	listener, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		query := make([]byte, 512)
		for {
			n, from, err := listener.ReadFrom(query)
			if err != nil {
				return
			}
			end := 12 + bytes.IndexByte(query[12:n], 0) + 5
			reply := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, query[12:end]...)
			if query[end-3] == 1 { // an IPv4 address is asked for
				reply[7] = 1
				reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
			}
			_, _ = listener.WriteTo(reply, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp4", listener.LocalAddr().String())
	}}
}
