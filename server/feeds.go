package server

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/signals"
)

// How long who asks for a refresh waits for it, and how long it may take.
const (
	refreshWait = 45 * time.Second
	refreshTime = 10 * time.Minute
)

// feedsRoute answers GET /v1/feeds with how every feed does.
func (s *Server) feedsRoute(ctx *fasthttp.RequestCtx) {
	answerJSON(ctx, append([]signals.FeedStatus{}, s.feedStatus()...))
}

// isOfProfiles reports whether a feed is one of profiles.
func (s *Server) isOfProfiles(feed string) bool {
	return s.config.ProfileFeeds != nil &&
		slices.ContainsFunc(s.config.ProfileFeeds(), func(f signals.FeedStatus) bool { return f.Feed == feed })
}

// noVersions says why a feed of profiles has none.
const noVersions = "it is a feed of profiles, and no version of those is kept: who is forgotten would stand in it; send the file as it was, with a newer date"

// versionsRoute answers GET /v1/feeds/<feed>/versions with those that are kept.
func (s *Server) versionsRoute(ctx *fasthttp.RequestCtx) {
	if s.isOfProfiles(feedOf(ctx)) {
		answerError(ctx, fasthttp.StatusNotFound, noVersions)
		return
	}
	versions, err := s.config.Gatherer.Catalogue().FeedVersions(feedOf(ctx))
	if err != nil {
		answerError(ctx, fasthttp.StatusNotFound, err.Error())
		return
	}
	answerJSON(ctx, append([]signals.FeedVersion{}, versions...))
}

// rollbackRoute takes {"version"?, "hold"?} at POST /v1/feeds/<feed>/rollback and
// answers with the version that serves from now on.
func (s *Server) rollbackRoute(ctx *fasthttp.RequestCtx) {
	var to struct {
		Version string
		Hold    bool
	}
	if !readBody(ctx, &to) {
		return
	}
	if s.isOfProfiles(feedOf(ctx)) {
		answerError(ctx, fasthttp.StatusConflict, noVersions)
		return
	}
	version, err := s.config.Gatherer.Catalogue().Rollback(feedOf(ctx), to.Version, to.Hold)
	if err != nil {
		answerError(ctx, fasthttp.StatusConflict, err.Error())
		return
	}
	slog.Warn("a feed was rolled back", "feed", feedOf(ctx), "version", version.Version, "hold", to.Hold)
	answerJSON(ctx, version)
}

// Refreshed is the answer to POST /v1/feeds/<feed>/refresh.
type Refreshed struct {
	UnderWay  bool `json:"under_way,omitempty"` // it takes longer than who asks waits
	Unchanged bool `json:"unchanged,omitempty"`
	// OfProfiles says that it is a feed of profiles. Items are its rows then.
	OfProfiles bool     `json:"of_profiles,omitempty"`
	Items      int      `json:"items"`
	Refused    int      `json:"refused_rows"`
	Problems   []string `json:"problems,omitempty"`
}

// refreshRoute takes {"force"?} at POST /v1/feeds/<feed>/refresh: the source is
// asked now, and a rollback ends.
func (s *Server) refreshRoute(ctx *fasthttp.RequestCtx) {
	var how struct{ Force bool }
	if !readBody(ctx, &how) {
		return
	}
	type outcome struct {
		report signals.FeedReport
		err    error
	}
	feed, done := feedOf(ctx), make(chan outcome, 1)
	renew := s.config.Gatherer.Catalogue().Renew
	if s.isOfProfiles(feed) {
		renew = s.config.RefreshProfiles
	}
	go func() {
		var o outcome
		defer func() {
			if cause := recover(); cause != nil {
				o.err = fmt.Errorf("refresh feed %s: panic: %v", feed, cause)
			}
			done <- o
		}()
		asking, cancel := context.WithTimeout(context.Background(), refreshTime)
		defer cancel()
		o.report, o.err = renew(asking, feed, how.Force)
	}()
	select {
	case o := <-done:
		if o.err != nil {
			answerError(ctx, fasthttp.StatusConflict, o.err.Error())
			return
		}
		answer := Refreshed{OfProfiles: s.isOfProfiles(feed), Unchanged: o.report.Unchanged, Items: o.report.Items, Refused: o.report.Refused}
		for _, p := range o.report.Problems {
			answer.Problems = append(answer.Problems, p.String())
		}
		answerJSON(ctx, answer)
	case <-time.After(refreshWait):
		answerJSON(ctx, Refreshed{UnderWay: true})
		ctx.SetStatusCode(fasthttp.StatusAccepted)
	}
}

// feedOf is the feed that a path names.
func feedOf(ctx *fasthttp.RequestCtx) string {
	feed, _ := ctx.UserValue("feed").(string)
	return feed
}

// readBody reads a body that is an object, or nothing. It answers what is wrong
// with another.
func readBody(ctx *fasthttp.RequestCtx, into any) bool {
	if len(ctx.PostBody()) == 0 {
		return true
	}
	if err := json.Unmarshal(ctx.PostBody(), into); err != nil {
		answerError(ctx, fasthttp.StatusBadRequest, "the body is not the object expected: "+err.Error())
		return false
	}
	return true
}
