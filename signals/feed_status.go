package signals

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"time"
)

// feedNotes are what is told of a feed, without waiting for a refresh that is
// under way.
type feedNotes struct {
	asked, answered time.Time
	failing         time.Time // since when it fails
	why             string    // it failed last; "": it did not
	failures        uint64    // since the start
	report          FeedReport
	index           feedIndex
	interrupt       context.CancelCauseFunc // of a refresh under way
}

// note changes what is told of the feed.
func (f *feed) note(change func(*feedNotes)) {
	f.noting.Lock()
	defer f.noting.Unlock()
	change(&f.notes)
}

// asking notes that the source is asked now, until done is called.
func (f *feed) asking(ctx context.Context, now time.Time) (asking context.Context, done func()) {
	asking, interrupt := context.WithCancelCause(ctx)
	f.note(func(n *feedNotes) { n.asked, n.interrupt = now, interrupt })
	return asking, func() {
		interrupt(nil)
		f.note(func(n *feedNotes) { n.interrupt = nil })
	}
}

// interrupt ends a refresh that is under way.
func (f *feed) interrupt() {
	f.note(func(n *feedNotes) {
		if n.interrupt != nil {
			n.interrupt(errInterrupted)
		}
	})
}

// noteRefresh notes what became of a refresh.
func (f *feed) noteRefresh(report *FeedReport, err error, now time.Time) {
	f.note(func(n *feedNotes) {
		if !report.Unchanged {
			n.report = *report
		}
		if err != nil {
			if n.why == "" {
				n.failing = now
			}
			n.why = err.Error()
			n.failures++
			return
		}
		n.answered, n.why = now, ""
	})
}

// FeedStatus is how a feed does.
type FeedStatus struct {
	Feed   string `json:"feed"`
	Source string `json:"source"` // its file, or its URL without what may be secret
	Format string `json:"format"`
	// Asked and Answered are when its source was, last.
	Asked    time.Time `json:"asked,omitzero"`
	Answered time.Time `json:"answered,omitzero"`
	Age      string    `json:"age,omitempty"` // since it answered
	Stale    bool      `json:"stale"`
	// Error says why the source was not read, or what it holds was refused; ""
	// if neither. It is so since Failing.
	Error   string    `json:"error,omitempty"`
	Failing time.Time `json:"failing,omitzero"`
	// Failures counts since the start.
	Failures uint64 `json:"failures"`
	// InUse is the version that serves; nil: none does. RolledBack says that it is
	// not the one taken last, Hold that none is taken until somebody asks.
	InUse      *FeedVersion `json:"in_use,omitempty"`
	RolledBack bool         `json:"rolled_back"`
	Hold       bool         `json:"hold"`
	Versions   int          `json:"versions"`
	// Refused and Problems are of what was read last, be it in use or refused.
	Refused  int      `json:"refused_rows"`
	Problems []string `json:"problems,omitempty"`
	// Pictures are of items with an image on the web; nil without any.
	Pictures *PictureStatus `json:"pictures,omitempty"`
	// Profiles says what was taken of a feed of profiles, of which no version is
	// kept; nil of another, and where nothing was.
	Profiles *ProfileRows `json:"profiles,omitempty"`
}

// ProfileRows are the rows of a feed of profiles that was taken.
type ProfileRows struct {
	Rows    int            `json:"rows"`
	Applied int            `json:"applied"`           // since the start
	Ignored map[string]int `json:"ignored,omitempty"` // by reason
	Dated   time.Time      `json:"dated"`             // of rows without a date
}

// FeedStatus says how every feed does, in order of their names.
func (x *Catalogue) FeedStatus() []FeedStatus {
	var all []FeedStatus
	for _, id := range slices.Sorted(maps.Keys(x.feeds)) {
		s := x.feeds[id].status(x.config.Now())
		s.Pictures = x.pictureStatus(id)
		all = append(all, s)
	}
	return all
}

func (f *feed) status(now time.Time) FeedStatus {
	var n feedNotes
	f.note(func(notes *feedNotes) { n = *notes })
	s := FeedStatus{
		Feed: f.ID, Source: cmp.Or(f.File, withoutSecrets(f.URL)), Format: f.Format.String(),
		Asked: n.asked, Answered: n.answered, Stale: f.stale.Load(), Error: n.why, Failures: n.failures,
		RolledBack: n.index.rolledBack(), Hold: n.index.Hold, Versions: len(n.index.Versions), Refused: n.report.Refused,
	}
	if n.why != "" {
		s.Failing = n.failing
	}
	if !n.answered.IsZero() {
		s.Age = now.Sub(n.answered).Round(time.Second).String()
	}
	if v := n.index.current(); v != nil {
		inUse := *v
		s.InUse = &inUse
	}
	for _, p := range n.report.Problems {
		s.Problems = append(s.Problems, p.String())
	}
	return s
}

// withoutSecrets is an address without its query and its password.
func withoutSecrets(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.RawQuery, u.User, u.Fragment = "", nil, ""
	return u.String()
}
