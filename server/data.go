package server

import (
	"github.com/valyala/fasthttp"

	"example.com/opentime/signals"
)

// Data lists all data in use, and what could be.
func (s *Server) Data() []signals.DataFile {
	sources := s.config.Gatherer.Sources()
	return sources.Data(s.config.Now())
}

// dataRoute answers GET /v1/data with it.
func (s *Server) dataRoute(ctx *fasthttp.RequestCtx) { answerJSON(ctx, s.Data()) }
