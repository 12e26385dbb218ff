package signals

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"time"
)

// How pictures are fetched.
const (
	perHost      = 4 // at once
	atOnce       = 8 // of all hosts
	hostFailures = 8 // in a row, after which a host is left alone
	hostPause    = 5 * time.Minute

	pictureRetry  = 15 * time.Minute // after a failure; twice that after the next
	pictureAgain  = 24 * time.Hour   // to ask whether it changed, and between failures at most
	pictureAnew   = 7 * 24 * time.Hour
	unnamedFor    = 7 * 24 * time.Hour // until what nothing names is forgotten
	looseFor      = 24 * time.Hour     // until a picture that nothing names is removed
	applyAfter    = time.Second
	applyTogether = 64
	lookEvery     = time.Minute
	sweepEvery    = time.Hour
)

// pictureRun is the one goroutine that has pictures fetched.
type pictureRun struct {
	x     *Catalogue
	p     *pictures
	hosts map[string]*pictureHost
	busy  int
	done  chan fetched
	refs  map[string]string // by link, to be shown
	swept time.Time
}

// pictureHost is a host that pictures are fetched from.
type pictureHost struct {
	queue  []string // links
	busy   int
	failed int // in a row
	until  time.Time
}

// keepPictures fetches pictures that items name until ctx ends. After a panic it
// begins anew.
func (x *Catalogue) keepPictures(ctx context.Context) {
	for ctx.Err() == nil {
		x.fetchPictures(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(lookEvery):
		}
	}
}

// fetchPictures fetches pictures until ctx ends, or something panics.
func (x *Catalogue) fetchPictures(ctx context.Context) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("fetching pictures panicked", "cause", cause)
		}
	}()
	r := &pictureRun{
		x: x, p: x.pictures, hosts: map[string]*pictureHost{}, done: make(chan fetched, atOnce), refs: map[string]string{},
	}
	r.p.mu.Lock()
	for _, one := range r.p.known {
		one.busy = false
	}
	r.p.mu.Unlock()
	tick := time.NewTicker(applyAfter)
	defer tick.Stop()
	defer r.p.keep()
	looked := time.Time{}
	for ctx.Err() == nil {
		now := x.config.Now()
		if now.Sub(looked) >= lookEvery || now.Before(looked) {
			r.look(now)
			r.sweep(now)
			r.p.keep()
			looked = now
		}
		r.begin(ctx, now)
		select {
		case <-ctx.Done():
		case <-r.p.wake:
			looked = time.Time{}
		case f := <-r.done:
			r.ended(f)
		case <-tick.C:
			r.show()
		}
		if len(r.refs) >= applyTogether {
			r.show()
		}
	}
	for r.busy > 0 { // each ends with ctx
		r.ended(<-r.done)
	}
}

// look finds what is to be fetched, the most popular items' first, and notes
// what nothing names.
func (r *pictureRun) look(now time.Time) {
	t, p := r.x.table.Load(), r.p
	named := map[string]bool{}
	for _, h := range t.held {
		if h.picture != "" {
			named[h.picture] = true
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, host := range r.hosts {
		host.queue = host.queue[:0]
	}
	p.over = 0
	asked := map[string]bool{}
	for _, v := range t.views {
		for _, i := range v.popular {
			link := t.held[i].picture
			if link == "" || asked[link] {
				continue
			}
			asked[link] = true
			r.want(link, now)
		}
	}
	for link, one := range p.known {
		switch {
		case named[link] && !one.Unnamed.IsZero():
			one.Unnamed, p.dirty = time.Time{}, true
		case !named[link] && one.Unnamed.IsZero():
			one.Unnamed, p.dirty = now, true
		case !named[link] && now.Sub(one.Unnamed) > unnamedFor && !one.busy:
			delete(p.known, link)
			p.dirty = true
		}
	}
}

// want has a picture fetched if it is due. The caller holds p.mu.
func (r *pictureRun) want(link string, now time.Time) {
	p := r.p
	one := p.known[link]
	if one == nil {
		if len(p.known) >= maxPictures {
			p.over++
			return
		}
		one = &picture{Link: link}
		p.known[link] = one
		p.dirty = true
	}
	if one.Ref != "" && !one.checked && !p.config.Has(one.Ref) {
		*one = picture{Link: link, busy: one.busy} // its file is lost
		p.dirty = true
		r.toShow(link, "")
	}
	one.checked = true
	if one.busy || one.Next.After(now) {
		return
	}
	u, err := url.Parse(link)
	if err != nil {
		return // pictureLink read it
	}
	host := r.hosts[u.Hostname()]
	if host == nil {
		host = &pictureHost{}
		r.hosts[u.Hostname()] = host
	}
	host.queue = append(host.queue, link)
}

// begin begins as many fetches as may run at once.
func (r *pictureRun) begin(ctx context.Context, now time.Time) {
	for begun := true; begun; {
		begun = false
		for _, host := range r.hosts {
			if r.busy >= atOnce {
				return
			}
			if len(host.queue) == 0 || host.busy >= perHost || now.Before(host.until) {
				continue
			}
			link := host.queue[0]
			host.queue = host.queue[1:]
			r.p.mu.Lock()
			one := r.p.known[link]
			if one == nil || one.busy {
				r.p.mu.Unlock()
				continue
			}
			one.busy = true
			tag, since := one.Tag, one.Since
			r.p.mu.Unlock()
			r.busy, host.busy, begun = r.busy+1, host.busy+1, true
			go func() { r.done <- r.p.fetch(ctx, link, tag, since) }()
		}
	}
}

// ended notes what became of a fetch.
func (r *pictureRun) ended(f fetched) {
	now := r.x.config.Now()
	r.busy--
	if u, err := url.Parse(f.link); err == nil {
		r.hosts[u.Hostname()].ended(f.err, now)
	}
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	one := r.p.known[f.link]
	if one == nil {
		return
	}
	one.busy = false
	if errors.Is(f.err, context.Canceled) {
		return // we ended it
	}
	r.p.dirty = true
	if f.err != nil {
		one.Failed++
		one.Why = cutText(f.err.Error())
		one.Next = now.Add(somewhat(min(pictureRetry<<min(one.Failed-1, 10), pictureAgain)))
		return
	}
	one.Failed, one.Why, one.Tag, one.Since = 0, "", f.tag, f.since
	one.Next = now.Add(somewhat(pictureAgain))
	if f.tag == "" && f.since == "" {
		one.Next = now.Add(somewhat(pictureAnew))
	}
	if f.ref != "" && f.ref != one.Ref {
		one.Ref = f.ref
		r.toShow(f.link, f.ref)
	}
}

// ended notes what became of a fetch from the host.
func (h *pictureHost) ended(err error, now time.Time) {
	h.busy--
	if err == nil {
		h.failed = 0
		return
	}
	if h.failed++; h.failed >= hostFailures {
		h.failed, h.until = 0, now.Add(hostPause)
	}
}

// somewhat is a time, a tenth more or less: not all at the same moment.
func somewhat(d time.Duration) time.Duration {
	return d - d/10 + time.Duration(rand.Int64N(int64(d)/5+1))
}

// toShow has the items with a link show another picture.
func (r *pictureRun) toShow(link, ref string) { r.refs[link] = ref }

// show has items show the pictures that came.
func (r *pictureRun) show() {
	if len(r.refs) == 0 {
		return
	}
	if out := r.x.ask(&change{pictures: r.refs}); out.err != nil && !errors.Is(out.err, ErrClosed) {
		slog.Warn("pictures are not shown yet", "err", out.err)
		return
	}
	r.refs = map[string]string{}
}

// sweep removes pictures that nothing has named for a day.
func (r *pictureRun) sweep(now time.Time) {
	if now.Sub(r.swept) < sweepEvery && !now.Before(r.swept) {
		return
	}
	r.swept = now
	all, err := r.p.config.List()
	if err != nil {
		slog.Warn("pictures that nothing names are kept", "err", err)
		return
	}
	named := map[string]bool{}
	for _, h := range r.x.table.Load().held {
		if h.item != nil {
			named[h.item.Image] = true
		}
	}
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	for _, one := range r.p.known {
		named[one.Ref] = true
	}
	loose := map[string]time.Time{}
	for _, ref := range all {
		if named[ref] {
			continue
		}
		since := r.p.loose[ref]
		if loose[ref] = since; since.IsZero() {
			loose[ref] = now
		}
		if now.Sub(loose[ref]) < looseFor {
			continue
		}
		if err := r.p.config.Remove(ref); err != nil {
			slog.Warn("a picture that nothing names was not removed", "err", err)
			continue
		}
		delete(loose, ref)
	}
	r.p.dirty = r.p.dirty || len(loose) > 0 || len(r.p.loose) > 0
	r.p.loose = loose
}

// applyPictures has items show the pictures that came, by their links.
func (x *Catalogue) applyPictures(refs map[string]string) {
	next := x.table.Load().clone(false)
	now := x.config.Now().UnixMilli()
	for i, h := range next.held {
		ref, ok := refs[h.picture]
		if !ok || h.picture == "" || h.item == nil || h.base.Image == ref {
			continue
		}
		base := *h.base
		base.Image = ref
		shows := *h
		shows.base = &base
		shows.item = x.patched(&shows, now)
		next.held[i] = &shows
	}
	x.swap(next)
}
