package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/server"
	"example.com/opentime/strict"
)

// signCmd is opentime sign.
type signCmd struct {
	File   string `arg:"" help:"CSV with a line of names; - reads standard input."`
	Path   string `arg:"" optional:"" help:"Whose recipients they are: a folder with an opentime.yaml."`
	ID     string `name:"id" default:"id" help:"Column that holds the recipients' ids."`
	New    bool   `help:"Make a random id of 128 bits where there is none."`
	For    string `name:"parameters" placeholder:"CAMPAIGN" help:"Also add the column x, which proves the campaign's parameters, as the columns of their names have them."`
	X      string `name:"x" default:"x" help:"Name of the column x, where several campaigns each have their own."`
	Encode bool   `help:"Write the parameters' columns percent-encoded, for platforms that merge fields as they are."`
	Out    string `short:"o" help:"File to write; standard output without it."`
}

// Help teaches the command.
func (signCmd) Help() string {
	return `Adds the column r to a CSV: the id and the seal that proves it. Keep r as a field of the recipient's profile in your mail platform; it serves every link of every campaign for as long as the key is kept. Where there is a column r already it is written anew, as after opentime keys rotate. Everything else of the file stays as it is, byte for byte.

  opentime sign people.csv -o signed.csv
  opentime sign people.csv --new -o signed.csv    gives everybody a random id
  opentime sign people.csv --parameters parcel    and proves what the mail merges in

An id has 1 to 64 of A-Z a-z 0-9 _ and -; a line whose id does not fit is left out and said. Without a column of ids they are taken from r. Never use e-mail addresses: --new makes ids that tell nothing. Keys come from OPENTIME_KEYS.`
}

// Run writes the CSV with r.
func (c *signCmd) Run(e *env) error {
	keys, sender, err := c.seals(e)
	if err != nil {
		return err
	}
	parameters, err := c.parameters(e)
	if err != nil {
		return err
	}
	if c.Out != "" && absolute(c.Out) == absolute(c.File) {
		return usageError{fmt.Sprintf("%s would be written over itself, and lines that are left out lost; write another file", c.File)}
	}
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("sign %s: %w", c.File, cause(err))
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	s := &signer{
		file: c.File, id: c.ID, x: c.X, makeIDs: c.New, encode: c.Encode, stderr: e.stderr,
		seal:       func(id string) string { return id + "." + keys.Seal(sender, id) },
		parameters: parameters,
		sealParameters: func(id string, written []server.Parameter) string {
			return keys.SealParameters(sender, id, written)
		},
	}
	if c.Out == "" {
		return s.sign(in, e.stdout)
	}
	return writeFile(c.Out, func(out io.Writer) error { return s.sign(in, out) })
}

// parameters are those of the campaign named.
func (c *signCmd) parameters(e *env) ([]rules.Parameter, error) {
	if c.For == "" {
		if c.Encode {
			return nil, usageError{"--encode is for a campaign's parameters; name it with --parameters"}
		}
		return nil, nil
	}
	s, err := openSite(c.Path, e)
	if err != nil {
		return nil, err
	}
	campaign, err := s.campaign(c.For)
	if err != nil {
		return nil, err
	}
	if len(campaign.Params) == 0 {
		return nil, usageError{fmt.Sprintf("campaign %q declares no parameters; leave --parameters out", campaign.ID)}
	}
	return campaign.Params, nil
}

// seals returns the keys and the sender's name, which is in every seal.
func (c *signCmd) seals(e *env) (*server.Keys, string, error) {
	where, err := findFolder(c.Path)
	if err != nil {
		return nil, "", err
	}
	if where.embedded != nil {
		return nil, "", hint(errors.New("no opentime.yaml here: the sender's name is in every seal"),
			"run sign in the sender's folder, or name it: opentime sign %s FOLDER", c.File)
	}
	name := where.path(configName)
	data, err := where.read(name)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", name, cause(err))
	}
	conf, problems := loadConfig(name, data)
	if strict.Bad(problems) {
		return nil, "", e.tell(problems, false)
	}
	keys, err := siteKeys(where, e)
	if err != nil {
		return nil, "", err
	}
	if err := keys.CanSign(e.now()); err != nil {
		return nil, "", hint(err, "what it seals would prove nothing; run opentime keys rotate")
	}
	if last := keys.List()[0].LastDay; !last.IsZero() && last.Before(e.now().AddDate(0, 0, keepRetired)) {
		_, _ = fmt.Fprintf(e.stderr, "opentime: warning: links sealed now work until %s, the last day of key %q; opentime keys rotate makes another sign\n",
			last.Format(time.DateOnly), keys.List()[0].Kid)
	}
	return keys, conf.sender, nil
}

// refusal says what is wrong with an id; "" if nothing is.
func refusal(id string) string {
	switch {
	case id == "":
		return "no id; fill it in, or make ids with --new"
	case len(id) > 64:
		return fmt.Sprintf("id %.20q... has %d characters; 64 are the most", id, len(id))
	case strings.Contains(id, "@"):
		return "the id is an e-mail address; leave the cell empty, and --new makes one that tells nothing"
	}
	fits := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
	}
	if i := strings.IndexFunc(id, func(c rune) bool { return !fits(c) }); i >= 0 {
		return fmt.Sprintf("id %q has other characters than A-Z a-z 0-9 _ -; make ids with --new", id)
	}
	return ""
}

// newID returns a random id of 128 bits. One that begins or ends with a dash
// could be taken for a merge tag, so another is made.
func newID() string {
	for {
		var id [16]byte
		_, _ = rand.Read(id[:]) // never fails
		text := base64.RawURLEncoding.EncodeToString(id[:])
		if text[0] != '-' && text[len(text)-1] != '-' {
			return text
		}
	}
}
