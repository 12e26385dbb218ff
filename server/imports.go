package server

import (
	"encoding/hex"
	"errors"
	"log/slog"
	"strings"

	"github.com/valyala/fasthttp"

	"example.com/opentime/people"
)

// importUnderWay is how far an import is, as GET /v1/imports says it.
type importUnderWay struct {
	File string `json:"file"`
	people.Progress
}

// importsRoute lists the imports that have not ended.
func (s *Server) importsRoute(ctx *fasthttp.RequestCtx) {
	all, err := s.config.Profiles.Imports()
	if err != nil {
		slog.Error("imports not read", "err", err)
		answerError(ctx, fasthttp.StatusInsufficientStorage, "how far imports are could not be read; try again")
		return
	}
	told := []importUnderWay{}
	for _, progress := range all {
		told = append(told, importUnderWay{hex.EncodeToString(progress.File[:]), progress})
	}
	answerJSON(ctx, told)
}

// importRoute takes a piece of a file, which it applies once: its rows as they
// stand in the file, below the names of a CSV.
func (s *Server) importRoute(ctx *fasthttp.RequestCtx) {
	file, ok := fileOf(ctx)
	query := ctx.QueryArgs()
	piece := people.Piece{Name: string(query.Peek("name")), Text: ctx.PostBody()}
	if piece.Events = string(query.Peek("what")) == "events"; piece.Events {
		piece.Kind, piece.Channel = string(query.Peek("kind")), string(query.Peek("channel"))
	}
	for name, n := range map[string]*int64{"from": &piece.From, "to": &piece.To, "refused": &piece.Refused, "mark": &piece.Mark} {
		given, err := query.GetUint(name)
		ok = ok && err == nil
		*n = int64(given)
	}
	if !ok {
		answerError(ctx, fasthttp.StatusBadRequest, "this is no piece of a file; use opentime import")
		return
	}
	applied, err := s.config.Profiles.Import(file, &piece)
	var unfit interface{ Unfit() bool }
	switch {
	case errors.As(err, &unfit):
		answerError(ctx, fasthttp.StatusConflict, err.Error())
	case err != nil:
		slog.Error("import failed", "err", err)
		answerError(ctx, fasthttp.StatusInsufficientStorage, "could not be kept; nothing of this piece is, send it again")
	default:
		answerJSON(ctx, applied)
	}
}

// endImportRoute ends an import.
func (s *Server) endImportRoute(ctx *fasthttp.RequestCtx) {
	file, ok := fileOf(ctx)
	if !ok {
		answerError(ctx, fasthttp.StatusBadRequest, "this is no file's hash; use opentime import")
		return
	}
	if err := s.config.Profiles.EndImport(file); err != nil {
		slog.Error("import not ended", "err", err)
		answerError(ctx, fasthttp.StatusInsufficientStorage, "what was imported may not be safe on disk yet; end it again")
		return
	}
	answerJSON(ctx, struct{}{})
}

// fileOf returns the hash of the file that a path names.
func fileOf(ctx *fasthttp.RequestCtx) (file [32]byte, ok bool) {
	text, _ := ctx.UserValue("file").(string)
	hash, err := hex.DecodeString(strings.ToLower(text))
	if err != nil || len(hash) != len(file) {
		return file, false
	}
	return [32]byte(hash), true
}
