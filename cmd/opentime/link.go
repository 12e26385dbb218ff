package main

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// linkCmd is opentime link.
type linkCmd struct {
	Campaign string `arg:"" help:"The campaign, or one block of it: weekly-films/hero."`
	Path     string `arg:"" optional:"" help:"A folder with an opentime.yaml."`
	For      string `placeholder:"PLATFORM" help:"The mail platform: ${platforms}."`
	Field    string `default:"r" help:"The profile field that holds r, as sign made it."`
	X        string `name:"x" default:"x" help:"The profile field that holds x, as sign --parameters made it."`
	Locale   string `placeholder:"LOCALE" help:"Language of the alternative texts, and of recipients whose own is unknown."`
	Send     string `placeholder:"NAME" help:"Which sending of the campaign this is, such as 20261123T0800Z."`
}

// Help teaches the command.
func (linkCmd) Help() string {
	return `Prints, for every block and position, the HTML that goes into the mail: an image inside a link, with the merge tag that the platform replaces by each recipient's r.

  opentime link weekly-films --for klaviyo
  opentime link weekly-films/hero --for mailchimp --field OT_R

Links that were printed work for as long as the host answers. Send yourself a test mail from the platform before you rely on a merge tag: a tag that is not replaced makes everybody anonymous, and is counted.`
}

// Run prints the HTML.
func (c *linkCmd) Run(e *env) error {
	p := noPlatform()
	if c.For != "" {
		found, ok := findPlatform(c.For)
		if !ok {
			return hint(usageError{fmt.Sprintf("unknown platform %q; %s", c.For, strict.DidYouMean(c.For, platformNames()))},
				"--for generic prints {{%s}}, to be replaced by hand", c.Field)
		}
		p = found
	}
	if err := c.checkNames(); err != nil {
		return err
	}
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	id, block, _ := strings.Cut(c.Campaign, "/")
	campaign, err := s.campaign(id)
	if err != nil {
		return err
	}
	if campaign.bad {
		return e.tell(s.problemsIn(campaign.File), false)
	}
	if err := s.checkPublic(e); err != nil {
		return err
	}
	blocks := campaign.Blocks
	if block != "" {
		one, err := campaign.block(block)
		if err != nil {
			return err
		}
		blocks = []*rules.Block{one}
	}
	l := linker{public: s.config.public, campaign: campaign.Campaign, platform: p, field: c.Field, x: c.X, locale: c.Locale, send: c.Send}
	l.print(e.stdout, blocks)
	c.advise(e, p, campaign.Campaign)
	return nil
}

// checkPublic refuses links to nowhere, and warns of links that no mail client
// will follow.
func (s *site) checkPublic(e *env) error {
	at, written := s.config.at["public"]
	if s.folder.embedded != nil {
		return nil
	}
	if !written {
		return hint(fmt.Errorf("%s says not under which address the public reaches this server", s.config.file),
			"write public: https://img.your-domain.example; links that were sent cannot be changed")
	}
	if u, err := url.Parse(s.config.public); err != nil || u.Scheme != "https" || u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback() {
		_, _ = fmt.Fprintf(e.stderr, "%s:%d:%d: warning: no mail client will load %s; write the https address that the public reaches\n",
			at.File, at.Line, at.Col, s.config.public)
	}
	return nil
}

// checkNames refuses what would make links that nobody can read.
func (c *linkCmd) checkNames() error {
	ofField := func(r rune) bool {
		return r == '_' || r == '-' || r == '.' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	}
	for _, name := range []struct{ flag, text string }{{"--field", c.Field}, {"--x", c.X}, {"--send", c.Send}, {"--locale", c.Locale}} {
		if strings.IndexFunc(name.text, func(r rune) bool { return !ofField(r) }) >= 0 || len(name.text) > 64 {
			return usageError{fmt.Sprintf("%s %q has other characters than A-Z a-z 0-9 . _ -", name.flag, name.text)}
		}
	}
	if len(c.Send) > 32 {
		return usageError{fmt.Sprintf("--send %q is longer than 32 characters", c.Send)}
	}
	return nil
}

// advise says on stderr what has to be done by hand.
func (c *linkCmd) advise(e *env, p platform, campaign *rules.Campaign) {
	if c.For == "" {
		_, _ = fmt.Fprintf(e.stderr, "opentime: hint: replace %s by your platform's merge tag, or name it with --for: %s\n",
			p.merge(c.Field), strings.Join(platformNames(), ", "))
	}
	if p.note != "" {
		_, _ = fmt.Fprintf(e.stderr, "opentime: hint: %s\n", p.note)
	}
	i := slices.IndexFunc(campaign.Params, sealed)
	if i < 0 {
		return
	}
	encode := ""
	if c.For != "" && !p.encodes() {
		encode = " --encode"
		_, _ = fmt.Fprintf(e.stderr, "opentime: hint: %s merges fields as they are, and & # + %% in a text would break the link: --encode has their columns encoded\n", p.name)
	}
	_, _ = fmt.Fprintf(e.stderr, "opentime: hint: parameter %q is free text: it is known only where x proves it; fill the field %s by opentime sign FILE --parameters %s%s\n",
		campaign.Params[i].Name, c.X, campaign.ID, encode)
}

// sealed reports whether a parameter needs the seal x.
func sealed(p rules.Parameter) bool {
	return p.Type == rules.Text && !p.Name30 && len(p.Values) == 0
}

// linker writes the HTML of blocks.
type linker struct {
	public   string
	campaign *rules.Campaign
	platform platform
	field    string
	x        string
	locale   string
	send     string
}

// print writes the HTML of blocks, a comment before each. Merge tags stand as
// the platform wants them; everything else is escaped.
func (l *linker) print(w io.Writer, blocks []*rules.Block) {
	query := l.query()
	for _, b := range blocks {
		if b.Retired != "" {
			_, _ = fmt.Fprintf(w, "<!-- %s is retired: leave it out of new mails -->\n", b.ID)
			continue
		}
		_, _ = fmt.Fprintf(w, "<!-- %s -->\n", b.ID)
		for position := 1; position <= b.Positions; position++ {
			_, _ = fmt.Fprintf(w, "<a href=\"%s?%s\"><img src=\"%s.%s?%s\" width=\"%d\"%s alt=\"%s\" style=\"display:block;border:0\"></a>\n",
				html.EscapeString(l.leads(b, position)), query,
				html.EscapeString(l.path('i', b, position)), extension(b.Format), query,
				b.Width, height(b), html.EscapeString(l.alt(b, position)))
		}
	}
}

// path is a link up to its extension and query.
func (l *linker) path(kind byte, b *rules.Block, position int) string {
	path := l.public + "/" + string(kind) + "/" + l.campaign.ID + "/" + b.ID
	if b.Positions > 1 {
		path += "/" + strconv.Itoa(position)
	}
	return path
}

// leads is where the image of a position leads: to its click, or to its answer.
func (l *linker) leads(b *rules.Block, position int) string {
	if len(b.Answers) == 0 {
		return l.path('c', b, position)
	}
	return l.public + "/a/" + l.campaign.ID + "/" + b.ID + "/" + b.Answers[position-1].ID
}

// query is what all links of a campaign have after the question mark.
func (l *linker) query() string {
	parts := []string{"r=" + l.platform.merge(l.field)}
	for _, p := range l.campaign.Params {
		parts = append(parts, p.Name+"="+l.platform.mergeText(p.Name))
	}
	if slices.ContainsFunc(l.campaign.Params, sealed) {
		parts = append(parts, "x="+l.platform.merge(l.x))
	}
	if l.locale != "" {
		parts = append(parts, "l="+url.QueryEscape(l.locale))
	}
	if l.send != "" {
		parts = append(parts, "s="+url.QueryEscape(l.send))
	}
	return strings.Join(parts, "&amp;")
}

// alt is the alternative text of a block's position in the linker's locale, else in
// the campaign's first. An answer has its own.
func (l *linker) alt(b *rules.Block, position int) string {
	at := max(0, slices.Index(l.campaign.Locales, l.locale))
	if len(b.Answers) > 0 {
		return b.Answers[position-1].Text[at]
	}
	if at < len(b.Alt) {
		return b.Alt[at]
	}
	return cmp.Or(slices.Concat(b.Alt, []string{""})...)
}

// height writes the height of an image, unless a variant shows nothing and is
// one pixel high.
func height(b *rules.Block) string {
	if slices.ContainsFunc(variants(b), func(v *rules.Variant) bool { return v.Nothing }) {
		return ""
	}
	return fmt.Sprintf(" height=\"%d\"", b.Height)
}

// extension is that of a block's images.
func extension(f rules.Format) string {
	switch f {
	case rules.PNG:
		return "png"
	case rules.GIF:
		return "gif"
	}
	return "jpg"
}
