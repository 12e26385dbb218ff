package server

import (
	"slices"
	"strings"

	"example.com/opentime/rules"
)

// Marks that stand in a resolved link where what only a click has goes: its id, and
// its recipient. No link has control characters of its own.
const (
	clickMark     = "\u0001click\u0001"
	recipientMark = "\u0001r\u0001"
)

func clickMarks() rules.Marks { return rules.Marks{Click: clickMark, Recipient: recipientMark} }

// filled is a link with the id of a click and its recipient in the place of their
// marks. Without a recipient parameters of it are left out.
func filled(link, id, recipient string) string {
	link = strings.ReplaceAll(link, clickMark, id)
	for recipient == "" {
		at := strings.Index(link, recipientMark)
		if at < 0 {
			return link
		}
		link = withoutParameter(link, at, at+len(recipientMark))
	}
	return strings.ReplaceAll(link, recipientMark, recipient)
}

// unclicked is a link without what only a click has.
func unclicked(link string) string { return filled(link, "", "") }

// withoutParameter takes the parameter out of a link whose value is link[from:to].
func withoutParameter(link string, from, to int) string {
	begin := max(0, strings.LastIndexAny(link[:from], "?&"))
	if rest := link[to:]; link[begin] == '?' && strings.HasPrefix(rest, "&") {
		return link[:begin+1] + rest[1:]
	}
	return link[:begin] + link[to:]
}

// toldOf is the r that the page behind a link is told: that of the click's own link,
// where it proves its recipient, they consent to all, and the page is of origins,
// which may ask what is known of them anyway. Else it is "".
func (s *Server) toldOf(to string, open *Open, r *reading) string {
	if r.consent != rules.ConsentFull || r.trust < rules.Keyed || !slices.Contains(s.config.Origins, originOf(to)) {
		return ""
	}
	if open.Link.Seal == "" {
		return open.Recipient
	}
	return open.Recipient + "." + open.Link.Seal
}

// originOf is the scheme and host of a link, as browsers write them.
func originOf(link string) string {
	scheme, rest, _ := strings.Cut(link, "://")
	end := strings.IndexAny(rest+"/", "/?#\\")
	return strings.ToLower(scheme + "://" + rest[:end])
}
