package server

import (
	"embed"
	"encoding/base64"
	"html/template"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/rules"
)

// Demo is what the demo page shows: a mail with its links left open, and what
// can be turned by hand.
type Demo struct {
	Campaign string
	Mail     string // HTML; what is merged in: .Images and .Clicks, which links begin with, .R, .Locale and .Deadline
	People   []DemoPerson
	Places   []DemoPlace
	Weather  []DemoGiven
	Stock    []DemoGiven
}

// DemoPerson is a recipient of the demo mail.
type DemoPerson struct{ Name, ID, Locale string }

// DemoPlace is an address to open the demo mail from.
type DemoPlace struct{ Name, Address string }

// DemoGiven is something turned by hand: signals as explain's --given takes
// them, separated by semicolons.
type DemoGiven struct{ Name, Given string }

//go:embed page
var pages embed.FS

// demoPage shows the demo mail beside the controls that turn what is known.
func (s *Server) demoPage(ctx *fasthttp.RequestCtx) {
	s.writePage(ctx, "demo.html", map[string]any{
		"Demo": s.config.Demo, "Clients": s.config.Gatherer.Clients().Names(),
		"Public": s.config.Public,
	})
}

// adminPage lists what is served and what the admin listener has.
func (s *Server) adminPage(ctx *fasthttp.RequestCtx) {
	s.writePage(ctx, "admin.html", map[string]any{
		"Site": s.Site(), "Public": s.config.Public, "Demo": s.config.Demo != nil, "Advice": s.Advise(),
	})
}

func (s *Server) writePage(ctx *fasthttp.RequestCtx, name string, data any) {
	page, err := template.ParseFS(pages, "page/"+name)
	if err == nil {
		ctx.SetContentType("text/html; charset=utf-8")
		err = page.Execute(ctx, data)
	}
	if err != nil {
		answerError(ctx, fasthttp.StatusInternalServerError, err.Error())
	}
}

// demoMail answers with the demo mail. What is turned by hand stands in the
// query and goes into the mail's links, which then lead to demoTurned; with
// nothing turned the links are the public ones.
func (s *Server) demoMail(ctx *fasthttp.RequestCtx) {
	args := ctx.QueryArgs()
	id := string(args.Peek("who"))
	locale := string(args.Peek("locale"))
	turned := url.Values{}
	for name, value := range args.All() {
		if n := string(name); n != "who" && n != "locale" && len(value) > 0 {
			turned.Add(n, string(value))
		}
	}
	images, clicks := s.config.Public, "/demo"
	if len(turned) > 0 {
		images = "/demo/turned/" + base64.RawURLEncoding.EncodeToString([]byte(turned.Encode()))
		clicks = images
	}
	r := ""
	if id != "" {
		r = id + "." + s.config.Keys.Seal(s.config.Sender, id)
	}
	page, err := template.New("mail").Parse(s.config.Demo.Mail)
	if err == nil {
		ctx.SetContentType("text/html; charset=utf-8")
		err = page.Execute(ctx, map[string]string{
			"Images": images, "Clicks": clicks, "R": r, "Locale": s.demoLocale(id, locale), "Deadline": nextSunday(s.config.Now()).Format(time.RFC3339),
		})
	}
	if err != nil {
		answerError(ctx, fasthttp.StatusInternalServerError, err.Error())
	}
}

// demoLocale is the language of the mail's own texts: the recipient's, else the
// link's, as for its pictures.
func (s *Server) demoLocale(id, link string) string {
	if profile, err := s.config.Profiles.Profile(id); err == nil && profile != nil && profile.Locale != "" {
		return profile.Locale
	}
	return link
}

// nextSunday is when the demo's weekend offer ends: Sunday at 23:00 UTC.
func nextSunday(now time.Time) time.Time {
	year, month, day := now.UTC().Date()
	return time.Date(year, month, day+(7-int(now.UTC().Weekday()))%7, 23, 0, 0, 0, time.UTC)
}

// demoClick follows a link of the demo mail as a click does, and says on a page
// where it leads: the cinema's own pages are invented.
func (s *Server) demoClick(ctx *fasthttp.RequestCtx) {
	path := strings.TrimPrefix(string(ctx.URI().PathOriginal()), "/demo")
	link, ok := ParseLink([]byte(path), ctx.URI().QueryString())
	published, block, found := s.Site().find(&link)
	if !ok || !found {
		notFound(ctx)
		return
	}
	to, how := s.follow(s.identify(ctx, link, published.Campaign), published, block)
	s.writePage(ctx, "click.html", map[string]any{"Link": to, "How": matchedTexts[how]})
}

// matchedTexts say how a click was matched with what was shown.
var matchedTexts = [...]string{
	unseen:        "nothing was shown yet, so it was decided now",
	agreed:        "all opens of this mail showed the same",
	newestPerson:  "the picture that this reader's client saw last",
	newestFetched: "the picture that was fetched ahead last",
	newestAny:     "the picture that was shown last",
}

// demoTurned answers the links of a demo mail that was turned by hand: images
// as the server would send them then, clicks with a page that says where they
// would lead.
func (s *Server) demoTurned(ctx *fasthttp.RequestCtx) {
	turned, _ := ctx.UserValue("turned").(string)
	text, err := base64.RawURLEncoding.DecodeString(turned)
	values, err2 := url.ParseQuery(string(text))
	path := ctx.URI().PathOriginal()
	_, rest, found := strings.Cut(string(path), turned)
	link, ok := ParseLink([]byte(rest), ctx.URI().QueryString())
	if err != nil || err2 != nil || !found || !ok {
		notFound(ctx)
		return
	}
	ask, err := s.askOf(link, values)
	ask.UserAgent = string(ctx.UserAgent()) // unless a client was chosen
	if err != nil {
		answerError(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	}
	if link.Kind == ImageLink {
		image, err := s.Preview(ask)
		if err != nil {
			answerError(ctx, fasthttp.StatusBadRequest, err.Error())
			return
		}
		sendImage(ctx, image)
		return
	}
	answer, err := s.Ask(ask)
	if err != nil {
		answerError(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	}
	s.writePage(ctx, "click.html", map[string]any{
		"Link": unclicked(answer.Explanation.Link), "How": "rule " + answer.Explanation.Rule + ", " + answer.Explanation.Reason,
	})
}

// askOf makes the Ask of a turned link.
func (s *Server) askOf(link Link, values url.Values) (Ask, error) {
	ask := Ask{
		Campaign: link.Campaign, Block: link.Block, Position: link.Position, Locale: link.Locale,
		Client: values.Get("client"), Format: link.Format.Extension(), Parameters: link.Parameters, Sealed: link.Sealed,
	}
	if link.Recipient != "" && s.config.Keys.Verify(s.config.Sender, link.Recipient, link.Seal, s.config.Now()) {
		trust := rules.Signed
		ask.Recipient, ask.Trust = link.Recipient, &trust
	}
	if at := values.Get("at"); at != "" {
		zone := time.UTC
		if c, ok := s.Site().Campaigns[link.Campaign]; ok && c.Zone != nil {
			zone = c.Zone
		}
		parsed, err := time.ParseInLocation("2006-01-02T15:04", at, zone)
		if err != nil {
			return ask, err
		}
		ask.At = parsed
	}
	if address := values.Get("address"); address != "" {
		parsed, err := netip.ParseAddr(address)
		if err != nil {
			return ask, err
		}
		ask.Address = parsed
	}
	for _, given := range values["given"] {
		for signal := range strings.SplitSeq(given, ";") {
			if signal = strings.TrimSpace(signal); signal != "" {
				ask.Given = append(ask.Given, signal)
			}
		}
	}
	return ask, nil
}
