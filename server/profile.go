package server

import (
	"log/slog"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/people"
)

// Told is all that is kept of a recipient, as GET /v1/profiles/{r} tells it.
type Told struct {
	*people.About
	// Shown is what their mails showed, as long as clicks land on it.
	Shown []ToldShown `json:"shown"`
}

// ToldShown is what one reading of a mail showed.
type ToldShown struct {
	Campaign string         `json:"campaign"`
	Send     string         `json:"send,omitempty"`
	At       string         `json:"at"`
	Blocks   []ToldPosition `json:"blocks"`
}

// ToldPosition is what a position showed.
type ToldPosition struct {
	Block    string `json:"block"`
	Position int    `json:"position"`
	Rule     string `json:"rule"`
	Item     string `json:"item,omitempty"`
	Link     string `json:"link"`
}

// Told returns all that is kept of a recipient.
func (s *Server) Told(id string) (*Told, error) {
	about, err := s.config.Profiles.About(id)
	if err != nil {
		return nil, err
	}
	told := &Told{About: about, Shown: []ToldShown{}}
	err = s.config.Store.ShownTo(id, func(campaign, send string, payload []byte) error {
		readings, err := decodeShown(payload)
		if err != nil {
			return nil //nolint:nilerr // of a later release
		}
		for i := range readings {
			told.Shown = append(told.Shown, readings[i].tell(campaign, send))
		}
		return nil
	})
	return told, err
}

// tell is what a reading showed, for people.
func (a *shownReading) tell(campaign, send string) ToldShown {
	t := ToldShown{Campaign: campaign, Send: send, At: time.UnixMilli(a.At).UTC().Format(time.RFC3339Nano), Blocks: []ToldPosition{}}
	for i := range a.Positions {
		p := &a.Positions[i]
		t.Blocks = append(t.Blocks, ToldPosition{p.Block, p.Position, p.Rule, p.Item, unclicked(p.Link)})
	}
	return t
}

// profileRoute answers GET /v1/profiles/{r}.
func (s *Server) profileRoute(ctx *fasthttp.RequestCtx) {
	r, _ := ctx.UserValue("r").(string)
	id, seal, sealed := strings.Cut(r, ".")
	if !isID(id) || sealed && !s.config.Keys.Verify(s.config.Sender, id, seal, s.config.Now()) {
		answerError(ctx, fasthttp.StatusBadRequest, "this is no recipient's id, or its seal is another's; ask for the id alone")
		return
	}
	told, err := s.Told(id)
	if err != nil {
		slog.Error("a profile is not read", "err", err)
		answerError(ctx, fasthttp.StatusInsufficientStorage, "it could not be read; ask again")
		return
	}
	answerJSON(ctx, told)
}
