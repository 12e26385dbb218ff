package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestServeReloadsAndDrains runs the command itself: a file that changes is
// published, so is one at SIGHUP, and SIGTERM under load fails nobody.
func TestServeReloadsAndDrains(t *testing.T) {
	l := newLadder(t)
	l.stop()
	said, stdout := io.Pipe()
	e := &env{zones: sharedZones, stdout: stdout, stderr: io.Discard, now: time.Now, getenv: func(name string) string {
		return map[string]string{"OPENTIME_KEYS": demoKeys, "OPENTIME_TOKEN_READ": "read"}[name]
	}}
	ended := make(chan error, 1)
	go func() {
		command := serveCmd{Path: l.dir, Data: l.data, Listen: "127.0.0.1:0", Admin: "127.0.0.1:0"}
		ended <- command.Run(e)
	}()
	lines := bufio.NewScanner(said)
	lines.Scan()
	public := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "public"))
	go func() { _, _ = io.Copy(io.Discard, said) }()

	clicks := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	leads := func(want string) {
		t.Helper()
		got := ""
		for tries := 0; got != want && tries < 200; tries++ {
			answer, err := clicks.Get(public + "/c/spring/hero")
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			got = answer.Header.Get("Location")
			time.Sleep(50 * time.Millisecond)
		}
		if got != want {
			t.Errorf("a click leads to %s, want %s", got, want)
		}
	}
	leads("https://shop.example/spring")
	l.write("campaigns/spring.yaml", strings.Replace(ladderCampaign, "shop.example/spring", "shop.example/summer", 1))
	leads("https://shop.example/summer")
	// A change behind a link is not noticed, only told.
	behind := filepath.Join(t.TempDir(), "spring.yaml")
	link := filepath.Join(l.dir, "campaigns", "spring.yaml")
	say := func(season string) {
		campaign := strings.Replace(ladderCampaign, "shop.example/spring", "shop.example/"+season, 1)
		if err := os.WriteFile(behind, []byte(campaign), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	say("winter")
	l.remove("campaigns/spring.yaml")
	if err := os.Symlink(behind, link); err != nil {
		t.Fatal(err)
	}
	leads("https://shop.example/winter")
	say("autumn")
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	leads("https://shop.example/autumn")

	var asks sync.WaitGroup
	var whole, refused atomic.Int64
	over := make(chan struct{})
	for range 8 {
		asks.Go(func() {
			client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for {
				select {
				case <-over:
					return
				default:
				}
				answer, err := client.Get(public + "/i/spring/hero.jpg")
				if err != nil { // the listener is closed: a front asks another server
					refused.Add(1)
					return
				}
				body, err := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if err != nil || answer.StatusCode != http.StatusOK || int64(len(body)) != answer.ContentLength {
					t.Errorf("an image that was asked for before the end came broken: %s, %v", answer.Status, err)
				}
				whole.Add(1)
			}
		})
	}
	for whole.Load() < 100 {
		time.Sleep(time.Millisecond)
	}
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("serve ends with %v", err)
	}
	close(over)
	asks.Wait()
	if whole.Load() < 100 {
		t.Errorf("only %d images", whole.Load())
	}
}
