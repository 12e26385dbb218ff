package server

import (
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/fasthttp/router"
	"github.com/valyala/fasthttp"

	"example.com/opentime/people"
	"example.com/opentime/signals"
)

// maxAdminBody bounds what the admin listener takes in one request.
const maxAdminBody = 1 << 20

// routes are those of the admin listener: ingestion, metrics, explain, preview and
// the demo page. openapi.json has them all.
func (s *Server) routes() *router.Router {
	r := newRouter()
	tokens := s.config.Tokens
	ingest := func(h fasthttp.RequestHandler) fasthttp.RequestHandler { return guard("INGEST", tokens.Ingest, h) }
	read := func(h fasthttp.RequestHandler) fasthttp.RequestHandler { return guard("READ", tokens.Read, h) }

	r.PUT("/v1/stock", ingest(s.once(s.putStock)))
	r.PATCH("/v1/items", ingest(s.once(s.patchItems)))
	r.PUT("/v1/profiles", ingest(s.once(s.putProfiles)))
	r.PATCH("/v1/profiles", ingest(s.once(s.patchProfiles)))
	r.GET("/v1/decisions/{campaign}/{block}", read(s.decisionsRoute))
	r.GET("/v1/profiles/{r}", read(s.profileRoute))
	r.POST("/v1/events", ingest(s.once(s.postEvents)))
	r.POST("/v1/changes", ingest(s.once(s.postChanges)))
	r.POST("/v1/webhooks/{webhook}", s.webhookRoute) // its signature is its token
	r.POST("/v1/forget", ingest(s.forgetRoute))
	r.GET(backupPath, guardAll(tokens, s.backupRoute))
	r.GET("/v1/imports", ingest(s.importsRoute))
	r.PUT("/v1/imports/{file}", ingest(s.importRoute))
	r.DELETE("/v1/imports/{file}", ingest(s.endImportRoute))
	r.GET("/v1/feeds", read(s.feedsRoute))
	r.GET("/v1/feeds/{feed}/versions", read(s.versionsRoute))
	r.POST("/v1/feeds/{feed}/rollback", ingest(s.rollbackRoute))
	r.POST("/v1/feeds/{feed}/refresh", ingest(s.refreshRoute))
	r.GET("/v1/model", read(s.modelRoute))
	r.POST("/v1/model/train", ingest(s.trainRoute))
	r.GET("/v1/openapi.json", openAPIRoute)
	r.GET("/v1/data", read(s.dataRoute))
	r.GET("/metrics", read(s.writeMetrics))
	r.GET("/v1/advice", read(s.adviceRoute))
	r.GET("/v1/keys", read(s.keysRoute))
	r.GET("/v1/explain/{campaign}/{block}", read(s.explainRoute))
	r.GET("/v1/explain/{campaign}/{block}/{position}", read(s.explainRoute))
	r.GET("/v1/preview/{campaign}/{block}", read(s.previewRoute))
	r.GET("/v1/preview/{campaign}/{block}/{position}", read(s.previewRoute))
	r.GET("/v1/status", read(s.statusRoute))
	r.GET("/healthz", func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString("ok\n") })
	r.GET("/readyz", func(ctx *fasthttp.RequestCtx) { sendState(ctx, s.state()) })
	r.GET("/", read(s.adminPage))
	r.GET("/favicon.ico", func(ctx *fasthttp.RequestCtx) { ctx.SetStatusCode(fasthttp.StatusNoContent) })
	if s.config.Demo != nil {
		s.demoRoutes(r, read)
	}
	return r
}

// demoRoutes adds those of the demo's pages.
func (s *Server) demoRoutes(r *router.Router, read func(fasthttp.RequestHandler) fasthttp.RequestHandler) {
	r.GET("/demo", read(s.demoPage))
	r.GET("/demo/mail", read(s.demoMail))
	r.GET("/demo/turned/{turned}/{rest:*}", read(s.demoTurned))
	r.GET("/demo/c/{rest:*}", read(s.demoClick))
}

// newRouter returns a router that says what it has no handler for.
func newRouter() *router.Router {
	r := router.New()
	r.HandleMethodNotAllowed = true
	r.NotFound = func(ctx *fasthttp.RequestCtx) {
		answerError(ctx, fasthttp.StatusNotFound, "there is no such path; /v1/openapi.json has all")
	}
	r.MethodNotAllowed = func(ctx *fasthttp.RequestCtx) {
		answerError(ctx, fasthttp.StatusMethodNotAllowed, "this path takes "+string(ctx.Response.Header.Peek("Allow")))
	}
	return r
}

// newAdmin returns the server of the admin listener.
func (s *Server) newAdmin() *fasthttp.Server {
	return &fasthttp.Server{
		Handler: calm(s.routes().Handler), ErrorHandler: refuseAdmin, Logger: silent{}, NoDefaultServerHeader: true,
		ReadBufferSize: maxHeader, MaxRequestBodySize: maxAdminBody,
		ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime, CloseOnShutdown: true,
		HeaderReceived: adminTimes,
	}
}

// refuseAdmin says what a request is refused for that no handler gets to see.
func refuseAdmin(ctx *fasthttp.RequestCtx, err error) {
	if errors.Is(err, fasthttp.ErrBodyTooLarge) {
		answerError(ctx, fasthttp.StatusRequestEntityTooLarge, fmt.Sprintf("the body is over %d KiB; send fewer rows at once", maxAdminBody>>10))
		return
	}
	answerError(ctx, fasthttp.StatusBadRequest, "the request cannot be read")
}

// guard lets only requests with the scope's token through. Where it has none
// the listener is on loopback, and whoever is on this machine may ask; but no
// page of the web that a browser here has open, under whatever name.
func guard(scope, token string, next fasthttp.RequestHandler) fasthttp.RequestHandler {
	if token == "" {
		return func(ctx *fasthttp.RequestCtx) {
			if !isLocal(string(ctx.Host())) || !isLocalOrigin(string(ctx.Request.Header.Peek("Origin"))) {
				answerError(ctx, fasthttp.StatusForbidden, "without a token only this machine's own name is answered; ask 127.0.0.1 or localhost")
				return
			}
			next(ctx)
		}
	}
	return func(ctx *fasthttp.RequestCtx) {
		given, ok := strings.CutPrefix(string(ctx.Request.Header.Peek("Authorization")), "Bearer ")
		if !ok || subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			ctx.Response.Header.Set("WWW-Authenticate", "Bearer")
			answerError(ctx, fasthttp.StatusUnauthorized, "this needs the server's OPENTIME_TOKEN_"+scope+"; send Authorization: Bearer ...")
			return
		}
		next(ctx)
	}
}

// guardAll is guard for what gives everything away. Where other scopes have
// tokens the one for publishing has to have one, too.
func guardAll(tokens Tokens, next fasthttp.RequestHandler) fasthttp.RequestHandler {
	if tokens.Publish == "" && (tokens.Ingest != "" || tokens.Read != "") {
		return func(ctx *fasthttp.RequestCtx) {
			answerError(ctx, fasthttp.StatusForbidden, "this needs OPENTIME_TOKEN_PUBLISH, which the server was started without")
		}
	}
	return guard("PUBLISH", tokens.Publish, next)
}

// isLocal reports whether a host, with its port or without, names this machine.
func isLocal(host string) bool {
	name := host
	if bare, _, err := net.SplitHostPort(host); err == nil {
		name = bare
	}
	address, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return strings.EqualFold(name, "localhost") || err == nil && address.IsLoopback()
}

// isLocalOrigin reports whether a request comes from no page, or from one that
// this machine serves.
func isLocalOrigin(origin string) bool {
	if origin == "" {
		return true
	}
	_, host, ok := strings.Cut(origin, "://")
	return ok && isLocal(host)
}

// calm answers 500 where a handler panics.
func calm(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		defer func() {
			if cause := recover(); cause != nil {
				slog.Error("admin request panicked", "cause", cause, "stack", string(debug.Stack()))
				ctx.Response.Reset()
				answerError(ctx, fasthttp.StatusInternalServerError, "something went wrong; the log says what")
			}
		}()
		ctx.Response.Header.Set("X-Content-Type-Options", "nosniff")
		ctx.Response.Header.Set("X-Frame-Options", "SAMEORIGIN")
		ctx.Response.Header.Set("Cache-Control", "no-store")
		next(ctx)
	}
}

// putStock takes [{"item", "place"?, "count", "at"?}] and answers once it is
// safe on disk.
func (s *Server) putStock(ctx *fasthttp.RequestCtx, received time.Time) {
	ingestRows(ctx, func(rows []signals.StockRow) (any, error) {
		return s.config.Gatherer.Catalogue().PutStock(rows, received)
	})
}

// patchItems takes [{"id", "price": "9.90 EUR", ..., "at"?}].
func (s *Server) patchItems(ctx *fasthttp.RequestCtx, received time.Time) {
	ingestRows(ctx, func(rows []signals.ItemRow) (any, error) {
		return s.config.Gatherer.Catalogue().PatchItems(rows, received)
	})
}

// putProfiles takes [{"r", "at"?, "consent"?, "attributes": {...}}].
func (s *Server) putProfiles(ctx *fasthttp.RequestCtx, received time.Time) {
	ingestRows(ctx, func(rows []people.Row) (any, error) { return s.config.Profiles.PutAt(rows, received) })
}

// patchProfiles takes the same rows, of which it changes what they name.
func (s *Server) patchProfiles(ctx *fasthttp.RequestCtx, received time.Time) {
	ingestRows(ctx, func(rows []people.Row) (any, error) { return s.config.Profiles.Patch(rows, received) })
}

// postEvents takes [{"r", "kind": "viewed", "item", "at"?, "id"?, ...}]: what recipients did.
func (s *Server) postEvents(ctx *fasthttp.RequestCtx, received time.Time) {
	ingestRows(ctx, func(rows []people.EventRow) (any, error) {
		applied, err := s.config.Profiles.AddEvents(rows, received)
		s.metrics.behaviour(applied, err)
		return applied, err
	})
}

// ingestRows reads a body that is a list of rows, applies it and answers what
// came of each.
func ingestRows[Row any](ctx *fasthttp.RequestCtx, apply func([]Row) (any, error)) {
	var rows []Row
	if err := json.Unmarshal(ctx.PostBody(), &rows); err != nil {
		answerError(ctx, fasthttp.StatusBadRequest, "the body is not the list expected: "+ofJSON(err, "a list of rows: [{...}, {...}]"))
		return
	}
	applied, err := apply(rows)
	if err != nil {
		answerUnkept(ctx, err)
		return
	}
	answerJSON(ctx, applied)
}

// answerUnkept says that what came could not be kept, so that it is sent again.
func answerUnkept(ctx *fasthttp.RequestCtx, err error) {
	slog.Error("ingestion failed", "path", string(ctx.Path()), "err", err)
	answerError(ctx, fasthttp.StatusInsufficientStorage, "could not be kept; nothing of it is acknowledged, send it again")
}

// ofJSON says what is wrong with a body in JSON's words, not in Go's, and what to
// send.
func ofJSON(err error, send string) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return fmt.Sprintf("it is a JSON %s; send %s", wrong.Value, send)
		}
		return fmt.Sprintf("%s is a JSON %s at byte %d, where something else is expected", wrong.Field, wrong.Value, wrong.Offset)
	}
	return err.Error()
}

// adviceRoute lists the mistakes that are being made around the server.
func (s *Server) adviceRoute(ctx *fasthttp.RequestCtx) {
	answerJSON(ctx, append([]Advice{}, s.Advise()...))
}

// openAPI describes the admin listener to programs.
//
//go:embed openapi.json
var openAPI []byte

// openAPIRoute answers with the description of all routes, to anybody.
func openAPIRoute(ctx *fasthttp.RequestCtx) {
	ctx.SetContentType("application/json")
	ctx.SetBody(openAPI)
}

func (s *Server) writeMetrics(ctx *fasthttp.RequestCtx) {
	ctx.SetContentType("text/plain; version=0.0.4")
	s.writeMetricsTo(ctx)
}

func answerJSON(ctx *fasthttp.RequestCtx, v any) {
	ctx.SetContentType("application/json")
	encoder := json.NewEncoder(ctx)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		slog.Error("encode answer", "err", err)
	}
}

func answerError(ctx *fasthttp.RequestCtx, status int, text string) {
	answerJSON(ctx, map[string]string{"error": text})
	ctx.SetStatusCode(status)
}
