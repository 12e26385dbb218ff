package server

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/valyala/fasthttp"
)

// MaxForgotten is how many recipients may be forgotten in one request.
const MaxForgotten = 100

// Forgotten is the answer to POST /v1/forget.
type Forgotten struct {
	Forgotten int `json:"forgotten"` // recipients
	Values    int `json:"values"`    // that were kept of them
}

// forgetRoute takes ["id", ...] at POST /v1/forget, and answers once nothing is
// kept of them any more.
func (s *Server) forgetRoute(ctx *fasthttp.RequestCtx) {
	var ids []string
	if err := json.Unmarshal(ctx.PostBody(), &ids); err != nil {
		answerError(ctx, fasthttp.StatusBadRequest, "the body is not the list of ids expected: "+err.Error())
		return
	}
	if len(ids) > MaxForgotten {
		answerError(ctx, fasthttp.StatusBadRequest, fmt.Sprintf("%d ids are too many at once; send %d", len(ids), MaxForgotten))
		return
	}
	for i, id := range ids {
		if !isID(id) {
			answerError(ctx, fasthttp.StatusBadRequest, fmt.Sprintf("number %d is no id; nobody was forgotten", i+1))
			return
		}
	}
	values, err := s.config.Profiles.Forget(ids)
	s.shown.forget(ids)
	s.readings.end() // theirs were decided by what is no longer known
	s.heads.forget()
	if err != nil {
		slog.Error("forgetting failed", "err", err)
		answerError(ctx, fasthttp.StatusInsufficientStorage, "not all could be removed; send it again: "+err.Error())
		return
	}
	slog.Info("recipients were forgotten", "recipients", len(ids), "values", values)
	answerJSON(ctx, Forgotten{len(ids), values})
}
