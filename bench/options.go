package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// options are a run's.
type options struct {
	public, admin, token string
	mail, images         string
	recipients           string
	sender               string
	made                 int
	clients              string

	rate, decay, reopens, clicks float64
	duration, timeout            time.Duration
	mails, connections           int
	decode                       float64
	hosts                        string
	seed                         uint64
	json, html                   string
}

// Bounds of what a run keeps in memory.
const (
	maxRecipients  = 1_000_000
	maxConnections = 20_000
	maxMails       = 1_000_000_000
	maxDuration    = 24 * time.Hour
)

// parseOptions reads the flags of a run.
func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.public, "public", "", "the server's public `address`, http or https; the demo, started here, without it")
	f.StringVar(&o.admin, "admin", "", "its admin `address`: rungs and CPU are then read from its metrics")
	f.StringVar(&o.token, "token", os.Getenv("OPENTIME_TOKEN_READ"), "its read `token`: each image then says its rung; OPENTIME_TOKEN_READ")
	f.StringVar(&o.mail, "mail", "", "the mail's HTML, a `file` or an address: its images are asked for, and widths checked")
	f.StringVar(&o.images, "images", "", "or its images: `weekly/hero.jpg,weekly/picks/1.jpg`")
	f.StringVar(&o.recipients, "recipients", "", "a CSV `file` with the column r, as opentime sign writes it; anonymous without it")
	f.StringVar(&o.sender, "sender", "", "or recipients made and sealed for this `sender` with the keys in OPENTIME_KEYS")
	f.IntVar(&o.made, "made", 10_000, "how many recipients are made")
	f.StringVar(&o.clients, "clients", "", "`file` with the mix of clients, as clients.tsv")
	f.Float64Var(&o.rate, "rate", 40, "mails opened a second, on average")
	f.Float64Var(&o.decay, "decay", 3, "how fast opens become fewer: the rate falls e to the power of this; 0 keeps it even")
	f.DurationVar(&o.duration, "duration", 20*time.Second, "how long opens arrive")
	f.IntVar(&o.mails, "mails", maxMails, "the most opens of a mail")
	f.Float64Var(&o.reopens, "reopens", 0.15, "share of opens that are of a mail opened before")
	f.Float64Var(&o.clicks, "clicks", 0.1, "clicks for each open")
	f.IntVar(&o.connections, "connections", 256, "the most connections, and so requests at once")
	f.DurationVar(&o.timeout, "timeout", 10*time.Second, "how long an answer is waited for")
	f.Float64Var(&o.decode, "decode", 0.02, "share of the images that are decoded whole")
	f.StringVar(&o.hosts, "hosts", "", "where clicks may lead: `cinema.example,*.cinema.example`; any host without it")
	f.Uint64Var(&o.seed, "seed", 1, "of what is random: who opens when, in which client")
	f.StringVar(&o.json, "json", "", "`file` to write the result to")
	f.StringVar(&o.html, "html", "", "`file` to write a report with plots to")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		f.SetOutput(stderr)
		f.PrintDefaults()
		return nil, err
	} else if err != nil {
		return nil, fmt.Errorf("%w; --help lists the flags", err)
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("%q is no flag; the commands are: bench [flags], bench compare A.json B.json", f.Arg(0))
	}
	return o, o.check()
}

// check refuses what cannot be sent.
func (o *options) check() error {
	switch {
	case !(o.rate > 0 && o.rate <= 1e6):
		return errors.New("--rate is above 0, and at most 1000000")
	case o.duration <= 0 || o.duration > maxDuration || o.timeout <= 0:
		return fmt.Errorf("--duration and --timeout are above 0, and --duration at most %v", maxDuration)
	case !(o.decay >= 0 && o.decay <= 20):
		return errors.New("--decay is 0 to 20")
	case !(o.reopens >= 0 && o.reopens < 1) || !(o.clicks >= 0 && o.clicks <= 1) || !(o.decode >= 0 && o.decode <= 1):
		return errors.New("--reopens, --clicks and --decode are shares, 0 to 1")
	case o.connections < 1 || o.connections > maxConnections:
		return fmt.Errorf("--connections is 1 to %d", maxConnections)
	case o.made < 1 || o.made > maxRecipients || o.mails < 1:
		return fmt.Errorf("--made is 1 to %d, and --mails at least 1", maxRecipients)
	case o.recipients != "" && o.sender != "":
		return errors.New("--recipients and --sender both say who opens; give one")
	case o.mail != "" && o.images != "":
		return errors.New("--mail and --images both say what is opened; give one")
	case o.public != "" && o.mail == "" && o.images == "":
		return errors.New("nothing says which images the mail has; give --mail, what opentime link prints, or --images")
	case o.public == "" && (o.mail+o.images+o.recipients+o.sender+o.admin+o.hosts) != "":
		return errors.New("--mail, --images, --recipients, --sender, --hosts and --admin are of a server; give its --public")
	}
	return nil
}

// opens is how many opens of a mail are sent.
func (o *options) opens() int {
	return int(min(max(o.rate*o.duration.Seconds(), 1), float64(o.mails), maxMails))
}

// describe says in a line what is sent.
func (o *options) describe(t *target) string {
	who := "anonymous"
	if len(t.people) > 0 {
		who = fmt.Sprintf("%d recipients", len(t.people))
	}
	curve := "evenly"
	if o.decay > 0 {
		curve = fmt.Sprintf("falling by e^%g", o.decay)
	}
	return strings.Join([]string{
		fmt.Sprintf("%d opens of a mail of %d images in %v, %s", o.opens(), len(t.mail.blocks), o.duration, curve),
		who, fmt.Sprintf("%.0f%% opened before", o.reopens*100), fmt.Sprintf("%g clicks an open", o.clicks),
		fmt.Sprintf("%d connections at most", o.connections),
	}, "; ")
}
