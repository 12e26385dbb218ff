package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"example.com/opentime/bench/load"
	"example.com/opentime/server"
)

// point is a server of a size, and what was measured of it.
type point struct {
	n       int
	size    size
	program *load.Program
	keys    *server.Keys
	dir     string
	random  *rand.Rand
	rounds  []round
	memory  float64 // MB in use at the end of a round, the most
	most    float64 // MB ever in use, that of the start included
}

// round is what was measured of one.
type round struct {
	cpu       float64 // microseconds an open
	bytes     float64 // an open
	blocks    float64 // of the store that an open looked at
	drawn     float64 // pictures an open
	p50, p99  float64 // milliseconds
	wrong     int64
	notLive   int64
	opens     int64
	perSecond float64
}

// start makes a site of the size, imports its recipients and starts a server on it.
func (p *point) start(ctx context.Context, program string, o *options) error {
	var err error
	if p.dir, err = os.MkdirTemp("", "opentime-scale"); err != nil {
		return err
	}
	site := filepath.Join(p.dir, "site")
	if err := writeSite(site, p.size); err != nil {
		return err
	}
	key := "a:" + load.Random()
	if p.keys, err = server.ParseKeys(key); err != nil {
		return err
	}
	imports := exec.CommandContext(ctx, program, "import", "profiles", filepath.Join(site, "people.csv"), site)
	imports.Env = append(os.Environ(), "OPENTIME_KEYS="+key)
	if said, err := imports.CombinedOutput(); err != nil {
		return fmt.Errorf("import profiles: %w: %s", err, said)
	}
	launch := load.Launch{Program: program, Site: site, Dir: p.dir, Key: key}
	if p.size.limited {
		launch.Environment = []string{"GOMEMLIMIT=" + o.memory}
	}
	if p.program, err = launch.Start(ctx); err != nil {
		return err
	}
	if err := p.rest(ctx); err != nil {
		return err
	}
	p.random = rand.New(rand.NewPCG(uint64(p.n), 1))
	first, err := p.ask(ctx, o.opens/2) // what is drawn once is
	if err == nil && first.notLive == first.opens {
		said, _ := os.ReadFile(filepath.Join(p.dir, "log"))
		return fmt.Errorf("no image is live; the server says: %s", said)
	}
	return err
}

// restPatience is how long a server may take for what it does once it has started.
const restPatience = 10 * time.Minute

// rest waits until the server has done what it does once, beside the opens: it draws
// ahead, and learns from all that is kept of recipients.
func (p *point) rest(ctx context.Context) error {
	until := time.Now().Add(restPatience)
	for used, still := p.cpu(), 0; still < 4; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
		now := p.cpu()
		if still++; now-used > 0.02 {
			still = 0
		}
		if used = now; time.Now().After(until) {
			return fmt.Errorf("the server of %d does not come to rest", p.n)
		}
	}
	return nil
}

// close ends the server and removes all of it.
func (p *point) close() {
	if p.program != nil {
		p.program.Close()
	}
	if p.dir != "" {
		_ = os.RemoveAll(p.dir)
	}
}

// clients are those that open. Never changed.
var clients = []load.Client{
	{Name: "outlook", Opens: "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)"},
	{Name: "apple-mail", Opens: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"},
}

// strip and card are what the images must be. Never changed.
var strip, card = load.Image{Extension: "jpg", Width: 600}, load.Image{Extension: "jpg"}

// request is an open by a recipient, of a campaign and picture, all by chance.
func (p *point) request(n int) load.Request {
	who := id(p.random.IntN(p.size.recipients))
	at := fmt.Sprintf("/i/c%d/", p.random.IntN(p.size.campaigns))
	r := load.Request{Client: &clients[n%len(clients)], Image: &card}
	query := fmt.Sprintf("r=%s.%s", who, p.keys.Seal("shop", who))
	if n%2 == 0 {
		r.Path, r.Image = fmt.Sprintf("%shero.jpg?%s&points=%d", at, query, p.random.IntN(p.size.pictures)), &strip
		return r
	}
	r.Path = at + "pick.jpg?" + query
	return r
}

// ask sends so many opens over the size's connections, one after another on each.
func (p *point) ask(ctx context.Context, opens int) (round, error) {
	sender := load.Sender{
		Public: p.program.Public, Token: p.program.Token, Connections: p.size.connections, Duration: 10 * time.Minute, Timeout: 20 * time.Second, Decode: 0.002, Seed: 1,
	}
	n := 0
	tally := load.NewTally(sender.Duration)
	before, cpu, started := p.program.Metrics(), p.cpu(), time.Now()
	sender.Loop(ctx, func() (load.Request, bool) {
		n++
		return p.request(n), n <= opens
	}, tally, started)
	took := time.Since(started).Seconds()
	used := p.cpu() - cpu
	after, r := p.program.Metrics(), tally.Result()
	if after == nil || r.Total().Requests == 0 {
		return round{}, fmt.Errorf("the server of %d does not answer", p.n)
	}
	each := float64(r.Total().Requests)
	sum := func(name string) float64 { return (after.Sum(name) - before.Sum(name)) / each }
	m := round{
		cpu: used * 1e6 / each, bytes: float64(r.Bytes) / each, blocks: sum("opentime_store_block_hits_total") + sum("opentime_store_block_misses_total"),
		drawn: sum("opentime_draw_duration_seconds_count"), p50: r.Total().P50, p99: r.Total().P99, wrong: r.Wrong(), opens: r.Total().Requests, perSecond: each / took,
	}
	for _, rung := range r.Rungs {
		if rung.Name != "live" {
			m.notLive += rung.Images
		}
	}
	p.memory, p.most = max(p.memory, p.status("VmRSS:")/1024), p.status("VmHWM:")/1024
	return m, ctx.Err()
}

// cpu is the CPU time that the server has used, in seconds. The kernel says it in
// hundredths.
func (p *point) cpu() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.program.ID))
	_, rest, ok := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if err != nil || !ok || len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

// status is a number of the server's in /proc, as it stands there.
func (p *point) status(name string) float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.program.ID))
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			value, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return value
		}
	}
	return 0
}
