package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/opentime/server"
)

const healthConfig = `sender: cinema
home: https://cinema.example
hosts: [cinema.example]
timezone: Europe/Brussels
locales: [nl]
profiles: {attributes: {tier: text}}
feeds: {films: {%s, refresh: 24h}}
`

// state is what both listeners say of the server's state.
func (p *process) state() (public, admin string) {
	p.t.Helper()
	_, public, err := p.get("http://" + p.public + "/healthz")
	if err != nil {
		p.t.Fatal(err)
	}
	_, admin, err = p.get("http://" + p.admin + "/readyz")
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.TrimSpace(public), strings.TrimSpace(admin)
}

// status is what opentime status says, for programs.
func (p *process) status() (status server.Status, code int) {
	p.t.Helper()
	said, code := p.command("status", "--json")
	if err := json.Unmarshal([]byte(said), &status); err != nil {
		p.t.Fatalf("%v: %s\n%s", err, said, p.log())
	}
	return status, code
}

// until waits until status says what is wanted.
func (p *process) until(what string, is func(*server.Status) bool) {
	p.t.Helper()
	for tries := 0; ; tries++ {
		status, _ := p.status()
		if is(&status) {
			return
		}
		if tries%20 == 19 {
			p.t.Logf("waiting until %s: %q", what, status.NotWell)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// TestHealthWhileStarting has a start wait for a feed's server: balancers are to
// send nobody, until it is done.
func TestHealthWhileStarting(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	answer := make(chan struct{})
	feeds := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-answer
		_, _ = io.WriteString(w, restartedFeed)
	})}
	go func() { _ = feeds.Serve(listener) }()
	t.Cleanup(func() { _ = feeds.Close() })
	p := newProcess(t, fmt.Sprintf(healthConfig, `url: "http://`+listener.Addr().String()+`/films.xml"`))
	if said, code := p.command("status"); code != 2 || !strings.Contains(said, "no server answers at http://127.0.0.1:8081") || !strings.Contains(said, "hint: start it with opentime serve") {
		t.Errorf("where none runs status ends with %d: %s", code, said)
	}
	p.begin("")
	if said := p.answers("http://"+p.public+"/healthz", http.StatusServiceUnavailable); said != "starting\n" {
		t.Errorf("while it starts it says %q", said)
	}
	close(answer)
	p.answers("http://"+p.public+"/healthz", http.StatusOK)
	if public, admin := p.state(); public != "serving" || admin != "serving" {
		t.Errorf("once started it says %q and %q", public, admin)
	}
}

// TestHealthWhileDraining ends a server that balancers are to see going: it says
// so and goes on answering, until it is told again.
func TestHealthWhileDraining(t *testing.T) {
	p := newProcess(t, fmt.Sprintf(healthConfig, "file: films.xml"))
	p.start("", "--drain", "1h")
	hero := p.shows("/i/spring/hero.jpg")
	said, code := p.command("status")
	if code != 0 || !strings.Contains(said, "all is well") || !strings.Contains(said, "spring: 1 images") {
		t.Errorf("status ends with %d: %s", code, said)
	}
	p.signal(syscall.SIGTERM)
	p.answers("http://"+p.public+"/healthz", http.StatusServiceUnavailable)
	if public, admin := p.state(); public != "draining" || admin != "draining" {
		t.Errorf("it says %q and %q", public, admin)
	}
	if p.shows("/i/spring/hero.jpg") != hero {
		t.Error("while draining another image is shown")
	}
	if status, code := p.status(); code != 1 || status.State != "draining" {
		t.Errorf("status ends with %d: %+v", code, status.NotWell)
	}
	p.signal(syscall.SIGTERM)
	if err := p.run.Wait(); err != nil {
		t.Errorf("serve ends with %v: %s", err, p.log())
	}
}

// TestHealthWithSourcesAway breaks the feed and a file of campaigns: the ladder
// answers better than any front, so balancers are to leave the server in; status
// names both.
func TestHealthWithSourcesAway(t *testing.T) {
	p := newProcess(t, fmt.Sprintf(healthConfig, "file: films.xml"))
	p.start("")
	p.site.write("films.xml", "<rss>")
	p.site.write("campaigns/spring.yaml", "campaign: spring\nnonsense: 1\n")
	p.signal(syscall.SIGHUP)
	p.until("both are said", func(s *server.Status) bool {
		said := strings.Join(s.NotWell, "\n")
		return strings.Contains(said, "feed films is not well") && strings.Contains(said, "keep files from being served") && len(s.Problems) > 0
	})
	if public, admin := p.state(); public != "serving" || admin != "serving" {
		t.Errorf("it says %q and %q", public, admin)
	}
	if said, code := p.command("status"); code != 1 || !strings.Contains(said, "NOT WELL") {
		t.Errorf("status ends with %d: %s", code, said)
	}
	p.shows("/i/spring/films/1.jpg")
}

// TestHealthOnAFullDisk fills the disk of the data, in a mount of the server's
// own, until the store and the journal fail, and makes room again: balancers are to
// leave it in all the while, and it is well again by itself.
func TestHealthOnAFullDisk(t *testing.T) {
	p := newProcess(t, fmt.Sprintf(healthConfig, "file: films.xml"))
	p.below = []string{"unshare", "--mount"}
	fill := filepath.Join(t.TempDir(), "fill")
	p.start(fmt.Sprintf(`data=%q fill=%q
		mount -t tmpfs -o size=64m data "$data" || exit 1
		while kill -0 $$; do
			[ -e "$fill" ] && [ ! -e "$fill.done" ] && { dd if=/dev/zero of="$data/filling" bs=4k; touch "$fill.done"; }
			[ -e "$fill" ] || rm -f "$data/filling"
			sleep 0.1
		done </dev/null >/dev/null 2>&1 &`, p.site.data, fill))
	p.shows("/i/spring/hero.jpg")
	if err := os.WriteFile(fill, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(fill + ".done"); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	n := 0
	p.until("store and journal have failed", func(s *server.Status) bool {
		n++
		p.putProfiles(fmt.Sprintf(`[{"r": "r-%d", "attributes": {"tier": "gold"}}]`, n))
		_, _, _ = p.get("http://" + p.public + p.link("/i/spring/hero.jpg", "r-1"))
		said := strings.Join(s.NotWell, "\n")
		return strings.Contains(said, "store's disk failed") && strings.Contains(said, "journal cannot be written") && strings.Contains(said, "nearly full")
	})
	if public, admin := p.state(); public != "serving" || admin != "serving" {
		t.Errorf("on a full disk it says %q and %q", public, admin)
	}
	if status, text, err := p.get("http://" + p.public + p.link("/i/spring/hero.jpg", "r-1")); err != nil || status != http.StatusOK || len(text) == 0 {
		t.Errorf("on a full disk an image is %d, %v", status, err)
	}
	if _, code := p.status(); code != 1 {
		t.Errorf("on a full disk status ends with %d", code)
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	p.until("store, journal and disk are well", func(s *server.Status) bool {
		_, _, _ = p.get("http://" + p.public + p.link("/i/spring/hero.jpg", "r-1"))
		said := strings.Join(s.NotWell, "\n")
		return !strings.Contains(said, "disk")
	})
	if !p.putProfiles(`[{"r": "r-last", "attributes": {"tier": "gold"}}]`) {
		t.Error("profiles are not taken again")
	}
}
