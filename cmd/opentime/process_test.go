package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image/color"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/opentime/server"
)

// process is a server that is a process of its own, on files that its site has.
type process struct {
	t             *testing.T
	site          *ladder // its files only
	run           *exec.Cmd
	public, admin string   // addresses
	below         []string // what it runs below

	mu   sync.Mutex
	said bytes.Buffer // on stderr
}

// Write takes what the process says.
func (p *process) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(text)
}

func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// newProcess makes the files of a server that has a campaign, spring.
func newProcess(t *testing.T, config string) *process {
	p := &process{t: t, site: &ladder{t: t, dir: t.TempDir(), data: t.TempDir()}}
	p.site.write("opentime.yaml", config)
	p.site.write("campaigns/spring.yaml", restartedCampaign)
	p.site.write("films.xml", restartedFeed)
	p.site.write("rose.png", square(t, color.NRGBA{R: 0xff, A: 0xff}))
	p.site.write("fern.png", square(t, color.NRGBA{G: 0xff, A: 0xff}))
	t.Cleanup(p.kill)
	return p
}

// environment is what commands and servers are told.
func (p *process) environment() []string {
	return append(os.Environ(), "OPENTIME_KEYS="+demoKeys, "OPENTIME_TOKEN_READ=read", "OPENTIME_TOKEN_INGEST=ingest",
		"OPENTIME_TOKEN_PUBLISH=publish", "OPENTIME_DATA="+p.site.data, "OPENTIME_ADMIN="+p.admin)
}

// start starts the server on addresses that are free, below a shell that does
// something before, and returns once it answers.
func (p *process) start(before string, args ...string) {
	p.t.Helper()
	p.begin(before, args...)
	p.answers("http://"+p.public+"/healthz", http.StatusOK)
}

// begin is start without waiting for an answer.
func (p *process) begin(before string, args ...string) {
	p.t.Helper()
	p.public, p.admin = freeAddress(p.t), freeAddress(p.t)
	command := slices.Concat(p.below, []string{"sh", "-c", before + ` exec opentime-quick serve "$@"`, "sh", "--listen", p.public, p.site.dir}, args)
	p.run = exec.Command(command[0], command[1:]...)
	p.run.Env, p.run.Stderr = p.environment(), p
	if err := p.run.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// answers waits until an address answers with a status, and returns what it says.
func (p *process) answers(address string, status int) string {
	p.t.Helper()
	last := "nothing"
	for ; ; time.Sleep(20 * time.Millisecond) {
		got, text, err := p.get(address)
		if err == nil && got == status {
			return text
		}
		if now := fmt.Sprint(got, " ", text, err); now != last {
			last = now
			p.t.Logf("%s: %s", address, last)
		}
		if p.run.ProcessState != nil {
			p.t.Fatalf("%s: never %d, and the server is gone: %s", address, status, p.log())
		}
	}
}

// get asks once.
func (p *process) get(address string) (status int, text string, err error) {
	answer, err := p.ask(address)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

func (p *process) ask(address string) (*http.Response, error) {
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer read")
	request.Header.Set("User-Agent", outlook)
	client := http.Client{
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true},
	}
	return client.Do(request)
}

// shows is what a link leads to: where a click goes, or the sum of an image that
// came from the rung live, for which a slow machine is asked again.
func (p *process) shows(path string) string {
	p.t.Helper()
	for range 200 {
		answer, err := p.ask("http://" + p.public + path)
		if err != nil {
			p.t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		switch {
		case err != nil:
			p.t.Fatal(err)
		case answer.StatusCode == http.StatusFound:
			return answer.Header.Get("Location")
		case answer.Header.Get("Opentime-Rung") == "live":
			return fmt.Sprintf("%x", sha256.Sum256(body))
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.t.Fatalf("%s never comes from the rung live", path)
	return ""
}

// link is a path with a sealed recipient.
func (p *process) link(path, id string) string {
	p.t.Helper()
	keys, err := server.ParseKeys(demoKeys)
	if err != nil {
		p.t.Fatal(err)
	}
	return path + "?r=" + id + "." + keys.Seal("cinema", id)
}

// command runs a command beside the server, and returns what it says and its exit
// code.
func (p *process) command(args ...string) (said string, code int) {
	p.t.Helper()
	command := exec.Command("opentime", args...)
	command.Dir, command.Env = p.site.dir, p.environment()
	text, err := command.CombinedOutput()
	if command.ProcessState == nil {
		p.t.Fatal(err)
	}
	return string(text), command.ProcessState.ExitCode()
}

// must is command that has to end well.
func (p *process) must(args ...string) string {
	p.t.Helper()
	said, code := p.command(args...)
	if code != 0 {
		p.t.Fatalf("opentime %s ends with %d: %s\n%s", strings.Join(args, " "), code, said, p.log())
	}
	return said
}

// signal sends a signal to the server.
func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.run.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// kill ends the server at once, if it runs.
func (p *process) kill() {
	if p.run != nil && p.run.ProcessState == nil {
		_ = p.run.Process.Kill()
		_ = p.run.Wait()
	}
}
