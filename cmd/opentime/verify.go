package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"example.com/opentime/rules"
	"example.com/opentime/server"
)

// verifyCmd is opentime verify.
type verifyCmd struct {
	Links []string `arg:"" name:"link" help:"Links as they stand in mails that were sent, in quotes."`
	Path  string   `placeholder:"DIR" help:"A folder with an opentime.yaml."`
	JSON  bool     `name:"json" help:"Print it for programs."`
}

// Help teaches the command.
func (verifyCmd) Help() string {
	return `Says of links what they prove, and why no more: for when somebody asks why a person sees the fallback. It needs OPENTIME_KEYS and opentime.yaml, and asks no server. Take the link from the mail's source as it arrived, not from the template.

  opentime verify 'https://img.cinema.example/i/spring/hero.jpg?r=...'
  opentime explain 'https://img.cinema.example/i/spring/hero.jpg?r=...'    what it shows now, and why

It fails where a link proves less than its mail was to have: where r is anonymous, or x does not prove its free texts.`
}

// verified is what is printed of a link.
type verified struct {
	URL        string              `json:"link"`
	Means      string              `json:"means"` // what it is of
	Trust      string              `json:"trust"`
	Why        string              `json:"why"`
	Do         string              `json:"do,omitempty"`
	Recipient  string              `json:"recipient,omitempty"`
	Parameters []verifiedParameter `json:"parameters,omitempty"`
	bad        bool
}

// verifiedParameter is a parameter of a link that its campaign declares.
type verifiedParameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Known bool   `json:"known"` // to the rules, as far as trust goes
	Why   string `json:"why"`
}

// Run prints what links prove.
func (c *verifyCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	keys, err := siteKeys(s.folder, e)
	if err != nil {
		return err
	}
	all := []verified{}
	bad := false
	for _, url := range c.Links {
		v := s.verify(keys, url, e)
		all, bad = append(all, v), bad || v.bad
	}
	switch {
	case c.JSON:
		if err := writeJSON(e.stdout, all); err != nil {
			return fmt.Errorf("print links: %w", err)
		}
	default:
		for i := range all {
			all[i].print(e)
		}
	}
	if bad {
		return errProblems
	}
	return nil
}

// verify says what one link proves.
func (s *site) verify(keys *server.Keys, url string, e *env) verified {
	path, query := splitLink(url)
	var campaign *campaign
	link, ok := server.ParseLink(path, query)
	if ok {
		campaign, _ = s.campaign(link.Campaign) // one that is gone declares nothing
	}
	declared := func(name string) *rules.Parameter {
		if campaign == nil || campaign.bad {
			return nil
		}
		for i := range campaign.Params {
			if campaign.Params[i].Name == name {
				return &campaign.Params[i]
			}
		}
		return nil
	}
	proof, _ := keys.Prove(s.config.sender, path, query, func(name string) bool { return declared(name) != nil }, e.now())
	if !ok || link.Kind != server.ImageLink && link.Kind != server.ClickLink {
		return verified{
			URL: url, Means: "no link of ours", Trust: rules.Anonymous.String(), bad: true,
			Why: "its path is not /i/<campaign>/<block>.jpg, .png or .gif, nor /c/<campaign>/<block>", Do: "take the link from the mail's source, whole",
		}
	}
	v := verified{
		URL: url, Means: s.means(&link, campaign), Trust: proof.Trust.String(), Why: proof.Why, Do: proof.Do,
		Recipient: proof.Link.Recipient, bad: proof.Trust == rules.Anonymous,
	}
	if proof.Trust == rules.Anonymous {
		v.Recipient = ""
	}
	if proof.Trust == rules.Claimed && s.config.recipients != rules.Signed {
		v.Do = ""
		if s.config.recipients == rules.Keyed {
			v.Why += "; keyed where it was imported (recipients: keyed)"
		}
	}
	if whole := strings.ReplaceAll(url, "=3D", "="); v.bad && whole != url {
		return s.verify(keys, whole, e) // as a mail's source has it, quoted-printable
	}
	for _, p := range proof.Declared {
		told := verifyParameter(declared(p.Name), p, &proof)
		v.Parameters = append(v.Parameters, told)
		v.bad = v.bad || !told.Known
	}
	return v
}

// verifyParameter says whether a link lets a parameter be known.
func verifyParameter(declared *rules.Parameter, p server.Parameter, proof *server.Proof) verifiedParameter {
	told := verifiedParameter{Name: p.Name, Value: p.Value}
	trust := proof.Trust
	switch told.Known = declared.Believed(trust, proof.Sealed); {
	case told.Known && sealed(*declared):
		told.Why = "x proves it"
	case told.Known:
		told.Why = "it can be one of few things"
		if declared.Name30 && len(declared.Values) == 0 {
			told.Why = "a name, which links of this trust may have"
		}
	case declared.Name30:
		told.Why = "a name is known from a keyed link on"
	case trust == rules.Anonymous:
		told.Why = "free text is known where r is an id"
	case proof.Link.Sealed == "":
		told.Why = "free text needs x, which the link has not, or not whole"
	default:
		told.Why = "x does not prove these parameters for this id: sign FILE --parameters with the values that were merged in"
	}
	return told
}

// means says what a link is of.
func (s *site) means(link *server.Link, c *campaign) string {
	text := "image"
	if link.Kind == server.ClickLink {
		text = "click"
	}
	text += " of " + link.Campaign + "/" + link.Block
	if link.Position != 1 {
		text += fmt.Sprintf("/%d", link.Position)
	}
	switch {
	case c == nil:
		return text + ", a campaign that is not here"
	case c.bad:
		return text + ", a campaign with problems"
	}
	if _, err := c.block(link.Block); err != nil {
		return text + ", a block that the campaign has not"
	}
	return text
}

// splitLink returns the path and query of a link, with its host or without.
func splitLink(url string) (path, query []byte) {
	url = strings.TrimSpace(url)
	if _, rest, ok := strings.Cut(url, "://"); ok {
		_, rest, _ = strings.Cut(rest, "/")
		url = "/" + rest
	}
	before, after, _ := strings.Cut(url, "?")
	return []byte(before), []byte(after)
}

// print writes what a link proves for people.
func (v *verified) print(e *env) {
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }
	line("link", v.Means)
	line("trust", v.Trust+": "+v.Why)
	if v.Do != "" {
		line("do", v.Do)
	}
	if v.Recipient != "" {
		line("id", v.Recipient)
	}
	for _, p := range v.Parameters {
		known := "known"
		if !p.Known {
			known = "unknown"
		}
		line(p.Name, fmt.Sprintf("%s: %s", known, p.Why))
	}
	_ = t.Flush() // what stdout does not take is nobody's to hear
}
