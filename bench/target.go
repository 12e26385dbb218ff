package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"example.com/opentime/bench/load"
)

// target is the server, and what is sent to it.
type target struct {
	public  *url.URL
	admin   string // address; "" is not asked
	token   string // for the admin listener
	asking  string // the token that images are asked with, so that they say their rung; "" where it could be read on its way
	mail    *mail
	people  []recipient // none: anonymous
	clients []load.Client
	hosts   []string
	close   func()
}

// findTarget reads what the options name, or starts the demo.
func findTarget(ctx context.Context, o *options, stderr io.Writer) (*target, error) {
	t := &target{admin: o.admin, token: o.token, close: func() {}}
	var err error
	if t.clients, err = o.readClients(); err != nil {
		return nil, err
	}
	if o.public == "" {
		return t, t.startDemo(ctx, o, stderr)
	}
	if t.public, err = url.Parse(o.public); err != nil || t.public.Scheme != "http" && t.public.Scheme != "https" || t.public.Host == "" {
		return nil, fmt.Errorf("--public %q is no address such as https://img.cinema.example", o.public)
	}
	if t.public.Path = strings.TrimSuffix(t.public.Path, "/"); t.public.Path != "" {
		return nil, fmt.Errorf("--public %q has a path; links stand below the host alone", o.public)
	}
	if o.hosts != "" {
		t.hosts = strings.Split(strings.ToLower(strings.ReplaceAll(o.hosts, " ", "")), ",")
	}
	columns, err := t.findPeople(o)
	if err != nil {
		return nil, err
	}
	if err := t.findMail(o, columns); err != nil {
		return nil, err
	}
	if t.public.Scheme == "https" || isNear(t.public.Hostname()) {
		t.asking = t.token
	}
	t.ready(o.seed)
	if t.admin != "" && t.readMetrics() == nil {
		return nil, fmt.Errorf("--admin %s does not show its metrics; is it the address, and --token its OPENTIME_TOKEN_READ?", t.admin)
	}
	return t, nil
}

// isNear reports whether a host is this machine, or an address of a private network.
func isNear(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (address.IsLoopback() || address.IsPrivate())
}

// ready drops what is not merged, and puts recipients in an order that no file
// has.
func (t *target) ready(seed uint64) {
	t.people = narrow(t.mail, t.people)
	rand.New(rand.NewPCG(seed, 3)).Shuffle(len(t.people), func(i, k int) { t.people[i], t.people[k] = t.people[k], t.people[i] })
}

// readClients returns the mix of clients.
func (o *options) readClients() ([]load.Client, error) {
	if o.clients == "" {
		return load.DefaultClients()
	}
	data, err := os.ReadFile(o.clients)
	if err != nil {
		return nil, err
	}
	list, err := load.ReadClients(string(data))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", o.clients, err)
	}
	return list, nil
}

// findPeople finds who opens, and returns the columns known of them.
func (t *target) findPeople(o *options) ([]string, error) {
	switch {
	case o.recipients != "":
		file, err := os.Open(o.recipients)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		columns, people, err := readRecipients(file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", o.recipients, err)
		}
		t.people = people
		return columns, nil
	case o.sender != "":
		keys, err := environmentKeys()
		if err != nil {
			return nil, err
		}
		t.people = sealed(keys, o.sender, makeIDs(o.made, o.seed))
	}
	return []string{"r"}, nil
}

// findMail finds what is opened.
func (t *target) findMail(o *options, columns []string) error {
	if o.images != "" {
		var err error
		t.mail, err = namedMail(o.images, columns)
		return err
	}
	var page []byte
	var err error
	if strings.HasPrefix(o.mail, "http://") || strings.HasPrefix(o.mail, "https://") {
		page, err = load.Ask(o.mail, "")
	} else {
		page, err = os.ReadFile(o.mail)
	}
	if err != nil {
		return err
	}
	if t.mail, err = readMail(string(page), columns); err != nil {
		return fmt.Errorf("read %s: %w", o.mail, err)
	}
	return nil
}

// readMetrics asks the admin listener; nil without one, or where it does not answer.
func (t *target) readMetrics() *load.Metrics {
	if t.admin == "" {
		return nil
	}
	page, err := load.Ask(adminAddress(t.admin)+"/metrics", t.token)
	if err != nil {
		return nil
	}
	return load.ParseMetrics(page)
}

// adminAddress is an admin listener's as an address of the web.
func adminAddress(text string) string {
	if strings.Contains(text, "://") {
		return strings.TrimSuffix(text, "/")
	}
	return "http://" + text
}
