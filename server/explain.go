package server

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/rules"
)

// explainRoute answers GET /v1/explain/<campaign>/<block>[/<position>] with the
// decision and why, for the open that the query makes up: r (with its seal or
// without), trust, at, address, user-agent, client, locale, given (repeated),
// parameters of the link by their names, and x.
func (s *Server) explainRoute(ctx *fasthttp.RequestCtx) {
	ask, err := readAsk(ctx)
	if err != nil {
		answerError(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	}
	answer, err := s.Ask(ask)
	if err != nil {
		answerError(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	}
	answerJSON(ctx, answer.Report())
}

// previewRoute answers GET /v1/preview/<campaign>/<block>[/<position>] with the
// very bytes the server would send for that open.
func (s *Server) previewRoute(ctx *fasthttp.RequestCtx) {
	ask, err := readAsk(ctx)
	if err != nil {
		answerError(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	}
	image, err := s.Preview(ask)
	if err != nil {
		answerError(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	}
	sendImage(ctx, image)
}

// askNames are the names of a query that make up an open; any other is a
// parameter of the link.
var askNames = [...]string{"r", "trust", "at", "address", "user-agent", "client", "locale", "format", "x"}

// readAsk reads an Ask from a request's path and query.
func readAsk(ctx *fasthttp.RequestCtx) (Ask, error) {
	value := func(name string) string { return string(ctx.QueryArgs().Peek(name)) }
	user := func(name string) string { text, _ := ctx.UserValue(name).(string); return text }
	ask := Ask{
		Campaign: user("campaign"), Block: user("block"), Sealed: value("x"),
		UserAgent: value("user-agent"), Client: value("client"), Locale: value("locale"), Format: value("format"),
	}
	var sealed bool
	if ask.Recipient, ask.Seal, sealed = strings.Cut(value("r"), "."); sealed && len(ask.Seal) != SealLength {
		return ask, fmt.Errorf("the seal of r has %d characters, not %d", len(ask.Seal), SealLength)
	}
	var err error
	if text := user("position"); text != "" {
		if ask.Position, err = strconv.Atoi(text); err != nil {
			return ask, err
		}
	}
	if text := value("trust"); text != "" {
		trust, err := rules.ParseTrust(text)
		if err != nil {
			return ask, err
		}
		ask.Trust = &trust
	}
	if text := value("at"); text != "" {
		if ask.At, err = time.Parse(time.RFC3339, text); err != nil {
			return ask, err
		}
	}
	if text := value("address"); text != "" {
		if ask.Address, err = netip.ParseAddr(text); err != nil {
			return ask, err
		}
	}
	for name, value := range ctx.QueryArgs().All() {
		switch n := string(name); {
		case n == "given":
			ask.Given = append(ask.Given, string(value))
		case !slices.Contains(askNames[:], n):
			ask.Parameters = append(ask.Parameters, Parameter{n, string(value)})
		}
	}
	return ask, nil
}

// Report is an Answer as explain prints it.
type Report struct {
	rules.Explanation
	Client  ReportClient `json:"client"`
	Trust   string       `json:"trust"`
	Proof   string       `json:"proof,omitempty"` // what the seal of r turned out to be
	Here    string       `json:"here"`
	Rung    string       `json:"rung"`
	Picture string       `json:"picture"` // the key, in hex
}

// ReportClient is the client of a Report.
type ReportClient struct {
	Name   string `json:"name,omitempty"`
	Class  string `json:"class"`
	App    string `json:"app"`
	OS     string `json:"os"`
	Mobile bool   `json:"mobile"`
	Why    string `json:"why"`
}

// Report returns the answer as explain prints it.
func (a *Answer) Report() Report {
	c := a.Client
	return Report{
		Explanation: a.Explanation, Trust: a.Trust.String(), Proof: a.Proof, Here: a.Here, Rung: a.Rung.String(),
		Picture: hex.EncodeToString(a.Key),
		Client:  ReportClient{Name: c.Name, Class: c.Class.String(), App: c.App, OS: c.OS, Mobile: c.Mobile, Why: c.Why},
	}
}
