//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"example.com/opentime/server"
)

// way is one of the ways an image is answered.
type way struct {
	name     string
	about    string
	server   **process
	campaign string                                 // of a size, without it
	who      func(b *bench, mail int) (i, pass int) // opens a mail; pass is how many mails they had
	warm     bool                                   // the recipients' profiles are to be in memory before
}

// The ways; others are compared with nginx and tuned.
const (
	nginx  = "nginx"
	plain  = "fasthttp"
	tuned  = "fasthttp 128K"
	same   = "same"
	rules  = "rules"
	whole  = "full"
	missed = "full, missed"
)

// bench is everything that is started and measured.
type bench struct {
	*options
	dir                       string
	people                    *people
	static, fixed, wide, ours *process
	admin                     string
	ways                      []way
	asked                     map[string]int      // requests of a way so far
	known                     map[uint32]bool     // sums of images that were decoded
	files                     map[string][]string // of a size: paths of what each recipient is shown by whole, block by block, at peers
}

// start builds and starts everybody.
func (b *bench) start(ctx context.Context) error {
	b.asked, b.known, b.files = map[string]int{}, map[uint32]bool{}, map[string][]string{}
	nobody := func(*bench, int) (i, pass int) { return -1, 0 }
	few := func(_ *bench, mail int) (i, pass int) { return mail % warmPeople, 1 + mail/warmPeople }
	once := func(b *bench, mail int) (i, pass int) {
		n := b.people.n - warmPeople
		return warmPeople + mail%n, 1 + mail/n
	}
	b.ways = []way{
		{nginx, "static files: sendfile, open_file_cache, no log", &b.static, whole, few, false},
		{plain, "fixed bytes", &b.fixed, whole, few, false},
		{tuned, "fixed bytes, a write buffer of 128 KiB", &b.wide, whole, few, false},
		{same, "opentime: the same pictures for everybody, links without recipients", &b.ours, same, nobody, false},
		{rules, "opentime: five rules on client and clock, sealed links", &b.ours, rules, few, true},
		{whole, "opentime: five rules on weather, place and profile, readings of six images, journal", &b.ours, whole, few, true},
		{missed, "the same, each recipient once: profiles are read from the store", &b.ours, whole, once, false},
	}
	if err := b.choose(); err != nil {
		return err
	}
	if err := b.startOurs(ctx); err != nil {
		return err
	}
	files := filepath.Join(b.dir, "files")
	for _, s := range b.only {
		if err := b.saveFiles(ctx, files, s); err != nil {
			return fmt.Errorf("save images of %s: %w", s.name, err)
		}
	}
	var err error
	if b.static, err = startNginx(ctx, b.dir, files); err != nil {
		return err
	}
	if b.fixed, err = startFixed(ctx, files, 0); err != nil {
		return err
	}
	if b.wide, err = startFixed(ctx, files, 128<<10); err != nil {
		return err
	}
	return nil
}

// choose leaves the ways that are asked for.
func (b *bench) choose() error {
	for _, name := range b.options.ways {
		if !slices.ContainsFunc(b.ways, func(w way) bool { return w.name == name }) {
			return fmt.Errorf("--ways: %q is none; README.md of bench/ has them", name)
		}
	}
	b.ways = slices.DeleteFunc(b.ways, func(w way) bool {
		return len(b.options.ways) > 0 && !slices.Contains(b.options.ways, w.name)
	})
	return nil
}

func (b *bench) processes() []*process {
	return slices.DeleteFunc([]*process{b.static, b.fixed, b.wide, b.ours}, func(p *process) bool { return p == nil })
}

// stop ends everybody.
func (b *bench) stop() {
	for _, p := range b.processes() {
		p.stop()
	}
}

// startOurs builds opentime, writes its site, imports the profiles and starts it.
func (b *bench) startOurs(ctx context.Context) error {
	program, site := filepath.Join(b.dir, "opentime"), filepath.Join(b.dir, "site")
	say("building opentime, and making its site")
	if err := run(ctx, nil, "go", "build", "-o", program, "example.com/opentime/cmd/opentime"); err != nil {
		return fmt.Errorf("build opentime, in the folder of its source: %w", err)
	}
	if err := writeSite(site, b.only); err != nil {
		return fmt.Errorf("write site: %w", err)
	}
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	secret := "a:" + base64.RawURLEncoding.EncodeToString(random[:])
	keys, err := server.ParseKeys(secret)
	if err != nil {
		return err
	}
	environment := []string{"OPENTIME_KEYS=" + secret, "GOMAXPROCS=1"}
	b.people = makePeople(b.profiles, keys)
	table := filepath.Join(b.dir, "people.csv")
	if err := b.people.writeProfiles(table); err != nil {
		return err
	}
	say("importing %d profiles", b.profiles)
	if err := run(ctx, environment[:1], program, "import", "profiles", table, site); err != nil {
		return fmt.Errorf("import profiles: %w", err)
	}
	address, err := freeAddress()
	if err != nil {
		return err
	}
	if b.admin, err = freeAddress(); err != nil {
		return err
	}
	say("starting all servers")
	b.ours, err = launch(ctx, address, environment, program, "serve", site, "--listen", address, "--admin", b.admin)
	return err
}

// run runs a command to its end.
func run(ctx context.Context, environment []string, program string, args ...string) error {
	command := exec.CommandContext(ctx, program, args...)
	var said bytes.Buffer
	command.Env, command.Stdout, command.Stderr = append(os.Environ(), environment...), &said, &said
	if err := command.Run(); err != nil {
		return fmt.Errorf("%w: %s", err, said.String())
	}
	return nil
}

// next returns what appends one request after the other of a way and size: mails are
// opened one after the other, all images of one together. No mail is opened twice: who
// opens again got another one.
func (b *bench) next(w *way, s size) func(dst []byte) []byte {
	return func(dst []byte) []byte {
		n := b.asked[w.name]
		b.asked[w.name]++
		mail, block := n/blocks, n%blocks
		i, pass := w.who(b, mail)
		path := ownPath(w.campaign, s, block)
		if *w.server != b.ours {
			path = b.files[s.name][i*blocks+block]
		}
		return b.people.request(dst, path, i, mail, pass)
	}
}

// ownPath is where opentime has a block's image.
func ownPath(campaign string, s size, block int) string {
	return "/i/" + campaign + "-" + s.name + "/b" + strconv.Itoa(1+block) + "." + s.extension
}

// asker connects to a way's server, and makes it warm. What was decoded once is known.
func (b *bench) asker(ctx context.Context, w *way, s size) (*asker, error) {
	a, err := newAsker((*w.server).address, b.known)
	if err == nil && w.warm {
		err = b.warm(ctx, a, w, s)
	}
	return a, err
}

// warm has each recipient whose profile is to be in memory open an image, of a mail that
// is not opened afterwards.
func (b *bench) warm(ctx context.Context, a *asker, w *way, s size) error {
	path, i := ownPath(w.campaign, s, 0), -1
	_, err := a.ask(ctx, plan{during: time.Minute, most: warmPeople, next: func(dst []byte) []byte {
		i++
		return b.people.request(dst, path, i, i, 0)
	}})
	return err
}

// settle waits until a server has nothing left to do.
func (b *bench) settle(ctx context.Context, p *process) error {
	for range 120 {
		before := used(p.command.Process.Pid)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
		if used(p.command.Process.Pid)-before <= 2*tick {
			return nil
		}
	}
	return nil
}
