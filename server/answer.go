package server

import (
	"cmp"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"github.com/valyala/fasthttp"

	"example.com/opentime/journal"
	"example.com/opentime/rules"
)

// What becomes of answers, as metrics have it.
const (
	answerProvisional = "provisional" // a link was followed, and nothing confirmed yet
	answerCounted     = "counted"
	answerUnproven    = "unproven" // confirmed by a link that does not prove its recipient
	answerMachine     = "machine"  // by a scanner, or by what fetches ahead
	answerClosed      = "closed"
	answerFailed      = "failed" // could not be kept; whoever confirmed it is asked to again
)

// errUnread says that nobody knows whether a recipient's answer may be kept.
var errUnread = errors.New("keep answer: the recipient could not be read")

// answer answers the request for an answer's link with a small page: to GET it shows
// the question with that answer chosen, which is provisional, to POST it gives thanks,
// and the answer is firm. It is 200 whatever happens to the answer, and a 302 to one of
// the sender's own pages where nothing is asked.
func (s *Server) answer(ctx *fasthttp.RequestCtx, link Link) {
	published, block, ok := s.site.Load().find(&link)
	if !ok {
		s.metrics.strayClick()
		sendRedirect(ctx, s.config.Home)
		return
	}
	if len(block.Answers) == 0 || block.Retired != "" {
		sendRedirect(ctx, unclicked(cmp.Or(published.link(block, 0), s.config.Home)))
		return
	}
	open := s.identify(ctx, link, published.Campaign)
	r := &reading{published: published, at: open.At}
	s.readAhead(open)
	s.gather(r, open)
	words := wordsOf(published.Locales[r.locale()])
	page := answerPage{Lang: published.Locales[r.locale()], Question: block.Question[r.locale()], Confirm: words.confirm}
	chosen := answerOf(ctx, open, block)
	switch {
	case rules.Closed(published.Campaign, &r.signals, block):
		page.Says = words.closed
		s.metrics.answers[answerClosed].Inc()
	case open.Method == 'p' && chosen >= 0:
		if err := s.takeAnswer(open, r, block, chosen); err != nil {
			s.metrics.storeFailed(storeAnswer, err)
			s.metrics.answers[answerFailed].Inc()
			page.Says = words.again
			page.offer(block, r.locale(), chosen)
			break
		}
		page.Says = words.thanks
		if len(block.Thanks) > 0 {
			page.Says = block.Thanks[r.locale()]
		}
	default:
		if open.Method == 'g' && chosen >= 0 {
			s.noteProvisional(open, r, block, chosen)
		}
		page.offer(block, r.locale(), chosen)
	}
	s.sendAnswerPage(ctx, &page)
}

// readAhead reads the recipient of an answer that is confirmed, for which there is more
// time than for an open. What could not be read is seen when it is gathered from.
func (s *Server) readAhead(open *Open) {
	if open.Method == 'p' && open.Trust > rules.Anonymous {
		_, _ = inTime(s.reads, s.left(open), func() (*rules.Profile, error) { return s.config.Profiles.Profile(open.Recipient) })
	}
}

// answerOf is which of a block's answers a request gives: that of its form, else that
// of its link; -1 where it gives none.
func answerOf(ctx *fasthttp.RequestCtx, open *Open, block *rules.Block) int {
	id := open.Link.Answer
	if form := ctx.PostArgs().Peek("answer"); len(form) > 0 && open.Method == 'p' {
		id = strings.ToLower(string(form))
	}
	return slices.IndexFunc(block.Answers, func(a rules.Answer) bool { return a.ID == id })
}

// takeAnswer records an answer that was confirmed, and counts it where its link proves
// its recipient. An error means that it is not certain to be kept.
func (s *Server) takeAnswer(open *Open, r *reading, block *rules.Block, chosen int) error {
	if r.local {
		return errUnread
	}
	record := s.answerRecord(open, r, block, chosen)
	if err := s.config.Journal.Append(&record); err != nil {
		return err
	}
	switch class := open.Client.Class; {
	case class == rules.Scanner || class == rules.Prefetcher:
		s.metrics.answers[answerMachine].Inc()
		return nil
	case r.trust < rules.Keyed:
		s.metrics.answers[answerUnproven].Inc()
		return nil
	}
	id := block.Answers[chosen].ID
	given := &givenAnswer{recipient: open.Recipient, campaign: r.published.ID, block: block.ID, answer: id, at: open.At.UnixMilli()}
	if err := s.answers.keep(given); err != nil {
		return err
	}
	s.metrics.answers[answerCounted].Inc()
	s.notes.Add(open.Recipient, rules.Event{Kind: rules.Answered, At: given.at, Campaign: given.campaign, Block: given.block, Answer: id})
	return nil
}

// noteProvisional records that an answer's link was followed. Of recipients who consent
// to nothing only what they confirm is.
func (s *Server) noteProvisional(open *Open, r *reading, block *rules.Block, chosen int) {
	s.metrics.answers[answerProvisional].Inc()
	if r.consent == rules.ConsentNone {
		return
	}
	record := s.answerRecord(open, r, block, chosen)
	_, err := inTime(s.reads, s.left(open), func() (bool, error) { return true, s.config.Journal.Append(&record) })
	if err != nil {
		s.metrics.storeFailed(storeJournal, err)
	}
}

// answerRecord is the record of an answer, with as much as consent allows.
func (s *Server) answerRecord(open *Open, r *reading, block *rules.Block, chosen int) journal.Record {
	record := s.record(journal.Answer, open, r)
	record.Block, record.Position, record.Answer = block.ID, chosen+1, block.Answers[chosen].ID
	record.Country = r.country
	if recipient := r.alias(open); recipient != "" {
		alias, err := inTime(s.reads, s.left(open), func() ([16]byte, error) { return s.config.Profiles.Alias(recipient) })
		if err != nil {
			s.metrics.storeFailed(storeAlias, err)
		}
		record.Alias = alias
	}
	return record
}

// answerPage is what the page of an answer shows.
type answerPage struct {
	Lang, Question, Says, Confirm string
	Answers                       []offered // none: there is nothing to confirm
}

// offered is an answer that may be confirmed.
type offered struct {
	ID, Text string
	Chosen   bool
}

// offer shows a block's answers, one of them chosen.
func (p *answerPage) offer(block *rules.Block, locale, chosen int) {
	for i, a := range block.Answers {
		p.Answers = append(p.Answers, offered{a.ID, a.Text[locale], i == chosen})
	}
}

// sendAnswerPage answers with a page that nobody may keep, frame or send elsewhere. Its
// form goes to the page's own address, so that nothing of that stands in it.
func (s *Server) sendAnswerPage(ctx *fasthttp.RequestCtx, page *answerPage) {
	h := &ctx.Response.Header
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.SetContentType("text/html; charset=utf-8")
	if err := s.asking.Execute(ctx, page); err != nil {
		slog.Error("the page of an answer could not be written", "err", err)
		ctx.Response.Reset()
		sendRedirect(ctx, s.config.Home)
	}
}
