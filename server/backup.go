package server

import (
	"bufio"
	"io"
	"log/slog"
	"time"

	"github.com/valyala/fasthttp"
)

// Backup is a backup of one moment that is ready to be written.
type Backup struct {
	Write  func(io.Writer) error
	Remove func() error // what it was made of, afterwards
}

// backupPath is the admin listener's path of backups, and backupTime the longest
// that sending one takes.
const (
	backupPath = "/v1/backup"
	backupTime = 12 * time.Hour
)

// backupRoute answers with a backup of now. Who reads it sees by its end whether
// it is whole.
func (s *Server) backupRoute(ctx *fasthttp.RequestCtx) {
	if !s.backingUp.TryLock() {
		answerError(ctx, fasthttp.StatusConflict, "a backup is under way; wait for its end")
		return
	}
	backup, err := s.config.Backup()
	if err != nil {
		s.backingUp.Unlock()
		slog.Error("backup failed", "err", err)
		answerError(ctx, fasthttp.StatusInsufficientStorage, "no backup could be made: "+err.Error())
		return
	}
	ctx.SetContentType("application/x-tar")
	ctx.SetConnectionClose()
	ctx.SetBodyStreamWriter(func(w *bufio.Writer) {
		defer s.backingUp.Unlock()
		defer func() {
			if cause := recover(); cause != nil {
				slog.Error("backup panicked", "cause", cause)
			}
			if err := backup.Remove(); err != nil {
				slog.Error("what a backup was made of is left", "err", err)
			}
		}()
		if err := backup.Write(w); err != nil {
			slog.Error("backup was not sent whole", "err", err)
			return
		}
		slog.Info("backup was sent")
	})
}

// adminTimes lets a backup take its time.
func adminTimes(header *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if string(header.RequestURI()) == backupPath {
		return fasthttp.RequestConfig{WriteTimeout: backupTime}
	}
	return fasthttp.RequestConfig{}
}
