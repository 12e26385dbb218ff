package main

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/color"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/opentime/render"
	"example.com/opentime/server"
)

const restartedConfig = `sender: cinema
home: https://cinema.example
hosts: [cinema.example]
timezone: Europe/Brussels
locales: [nl]
trusted_proxies: [127.0.0.0/8]
profiles: {attributes: {tier: text}}
feeds: {films: {file: films.xml}}
`

const restartedCampaign = `campaign: spring
show: {link: "https://cinema.example/spring"}
blocks:
  hero:
    show: {layout: strip}
    rules:
      - {name: gold, when: {profile.tier: gold}, show: {headline: "Goud"}}
      - {name: all, show: {headline: "Lente"}}
    fallback: {headline: "Altijd"}
  films:
    positions: 2
    show: {layout: item-card, items: {from: popular}}
`

const restartedFeed = `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>
<item><g:id>rose</g:id><title>Rose</title><link>https://cinema.example/rose</link><g:image_link>rose.png</g:image_link><g:price>3 EUR</g:price></item>
<item><g:id>fern</g:id><title>Fern</title><link>https://cinema.example/fern</link><g:image_link>fern.png</g:image_link><g:price>4 EUR</g:price></item>
</channel></rss>
`

// restarted is a server that is a process of its own, behind an nginx, and the
// requests that are sent meanwhile.
type restarted struct {
	t     *testing.T
	site  *ladder // its files only
	front *front
	args  []string
	plain string     // its own address; some go there past nginx, which would ask again
	files []*os.File // sockets that it is handed
	run   *exec.Cmd
	said  bytes.Buffer

	paths    []string
	asked    atomic.Int64 // requests begun
	answered atomic.Int64
	failed   atomic.Int64
	decoded  sync.Map     // hashes of images that are whole
	lowest   atomic.Int64 // images that were the generic or the built-in one
}

func newRestarted(t *testing.T, upstream string) *restarted {
	t.Helper()
	r := &restarted{t: t, site: &ladder{t: t, dir: t.TempDir(), data: t.TempDir()}}
	r.site.write("opentime.yaml", restartedConfig)
	r.site.write("campaigns/spring.yaml", restartedCampaign)
	r.site.write("films.xml", restartedFeed)
	r.site.write("rose.png", square(t, color.NRGBA{R: 0xff, A: 0xff}))
	r.site.write("fern.png", square(t, color.NRGBA{G: 0xff, A: 0xff}))
	keys, err := server.ParseKeys(demoKeys)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"r-1", "r-2", "r-3", "r-4", "r-5", "r-6", "r-7"} {
		for _, path := range []string{"/i/spring/hero.jpg", "/i/spring/hero.png", "/i/spring/films/1.jpg", "/i/spring/films/2.gif", "/c/spring/hero", "/c/spring/films/2"} {
			r.paths = append(r.paths, path+"?r="+id+"."+keys.Seal("cinema", id))
		}
	}
	r.front = startNginx(t, upstream)
	t.Cleanup(func() {
		if r.run != nil && r.run.ProcessState == nil {
			_ = r.run.Process.Kill()
			_ = r.run.Wait()
		}
	})
	return r
}

// start starts the server as systemd does: with its sockets as files from 3 on,
// and the number of the process that they are for.
func (r *restarted) start() {
	r.t.Helper()
	r.run = exec.Command("sh", append([]string{"-c", `LISTEN_PID=$$ exec opentime-quick serve "$@"`, "sh", "--data", r.site.data, r.site.dir}, r.args...)...)
	r.run.Env = append(os.Environ(), "OPENTIME_KEYS="+demoKeys, "LISTEN_FDS="+string(rune('0'+len(r.files))))
	r.run.ExtraFiles = r.files
	r.run.Stderr = &r.said
	if err := r.run.Start(); err != nil {
		r.t.Fatal(err)
	}
}

// stop ends the server with SIGTERM, which it must end well.
func (r *restarted) stop() {
	r.t.Helper()
	if err := r.run.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	if err := r.run.Wait(); err != nil {
		r.t.Errorf("serve ends with %v: %s", err, &r.said)
	}
	r.said.Reset()
}

// during sends requests in parallel over HTTP/2 and HTTP/1.1, on connections
// that live and ones that do not, some past nginx where that is asked for, while
// work is done, and at least n.
func (r *restarted) during(n int64, work func()) {
	var workers sync.WaitGroup
	var over atomic.Bool
	for i := range 12 {
		client, base := r.front.client(i%3 > 0), "https://"+imageHost
		transport := client.Transport.(*http.Transport)
		transport.DisableKeepAlives = i == 0 || i == 3
		if i == 3 && r.plain != "" {
			base, transport.DialContext = "http://"+r.plain, nil
		}
		workers.Go(func() {
			defer transport.CloseIdleConnections()
			for !over.Load() {
				r.ask(client, base+r.paths[int(r.asked.Add(1))%len(r.paths)])
			}
		})
	}
	work()
	r.wait(n)
	over.Store(true)
	workers.Wait()
}

// wait waits until n requests have been answered.
func (r *restarted) wait(n int64) {
	for r.answered.Load() < n {
		time.Sleep(5 * time.Millisecond)
	}
}

// ask sends one request: an image must come whole and as asked for, a click must
// lead to the sender.
func (r *restarted) ask(client *http.Client, link string) {
	defer r.answered.Add(1)
	answer, err := client.Get(link)
	if err != nil {
		r.failed.Add(1)
		r.t.Errorf("%v", err)
		return
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if strings.Contains(link, "/c/") {
		to, wrong := url.Parse(answer.Header.Get("Location"))
		if err != nil || wrong != nil || answer.StatusCode != http.StatusFound || to.Scheme != "https" || to.Host != "cinema.example" {
			r.failed.Add(1)
			r.t.Errorf("%s: %s to %v, %v", link, answer.Status, to, err)
		}
		return
	}
	path, _, _ := strings.Cut(link, "?")
	format, _ := render.ParseFormat(path[strings.LastIndex(path, ".")+1:])
	wrong := r.decode(body)
	if err != nil || wrong != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != format.ContentType() ||
		answer.ContentLength != int64(len(body)) {
		r.failed.Add(1)
		r.t.Errorf("%s: %s, %s, %v, %v", link, answer.Status, answer.Header.Get("Content-Type"), err, wrong)
	}
	if bytes.Equal(body, render.BuiltIn(format).Bytes) {
		r.lowest.Add(1)
	}
}

// decode decodes an image, each once.
func (r *restarted) decode(body []byte) error {
	sum := sha256.Sum256(body)
	if _, ok := r.decoded.Load(sum); ok {
		return nil
	}
	_, _, err := image.Decode(bytes.NewReader(body))
	if err == nil {
		r.decoded.Store(sum, true)
	}
	return err
}

// back waits until the server answers itself.
func (r *restarted) back() {
	for client := r.front.client(true); ; time.Sleep(50 * time.Millisecond) {
		answer, err := client.Do(r.front.request(http.MethodGet, "/healthz", nil))
		if err != nil {
			r.t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return
		}
	}
}

// refused counts the requests that nginx could not bring to a server that was
// there, by its log: refused, or given up by one that ended.
func (r *restarted) refused() int {
	r.front.stop()
	return len(regexp.MustCompile(`(?m)opentime=(?:\d+, )*502$`).FindAllString(r.front.log("opentime.log"), -1))
}

// TestTenRestartsFailNobody restarts a server ten times whose sockets somebody
// else keeps open, as systemd does, while requests come: none fails, and none is
// refused.
func TestTenRestartsFailNobody(t *testing.T) {
	public, admin := socket(t), socket(t)
	r := newRestarted(t, public.address)
	r.files, r.plain = []*os.File{public.file, admin.file}, public.address
	const restarts, requests = 10, 10_000
	r.start()
	r.during(requests, func() {
		for i := range int64(restarts) {
			r.wait((i + 1) * requests / (restarts + 1))
			r.stop()
			r.start()
		}
	})
	answer, err := http.Get("http://" + admin.address + "/healthz")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("the admin listener that was handed over: %v", err)
	} else {
		_ = answer.Body.Close()
	}
	r.stop()
	if refused := r.refused(); refused > 0 {
		t.Errorf("%d requests were refused", refused)
	}
	t.Logf("%d restarts, %d requests, %d failed, %d got the lowest rung", restarts, r.answered.Load(), r.failed.Load(), r.lowest.Load())
}

// TestRestartsWithoutSocketsFailNobody restarts a server that nobody keeps the
// sockets of: while it is away nginx answers.
func TestRestartsWithoutSocketsFailNobody(t *testing.T) {
	address := freeAddress(t)
	r := newRestarted(t, address)
	r.args = []string{"--listen", address, "--admin", "127.0.0.1:0"}
	r.start()
	r.during(1000, func() {
		for range 2 {
			r.back()
			r.stop()
			r.wait(r.answered.Load() + 50)
			r.start()
		}
	})
	r.back()
	r.stop()
	if r.refused() == 0 || r.lowest.Load() == 0 {
		t.Error("nginx never had to answer itself")
	}
	t.Logf("2 restarts, %d requests, %d failed, %d got the front's picture", r.answered.Load(), r.failed.Load(), r.lowest.Load())
}

// handedSocket listens, and nobody here accepts.
type handedSocket struct {
	address string
	file    *os.File
}

func socket(t *testing.T) handedSocket {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	t.Cleanup(func() { _ = file.Close() })
	return handedSocket{listener.Addr().String(), file}
}
