package server

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"example.com/opentime/render"
)

// Kind is what a link asks for: its first path segment.
type Kind byte

// The kinds of links.
const (
	ImageLink  Kind = 'i'
	ClickLink  Kind = 'c'
	AnswerLink Kind = 'a'
	OptOutLink Kind = 'o'
	EventLink  Kind = 'e'
)

// Damage says why a link's r is not taken for an id. Counted by cause.
type Damage string

// The causes.
const (
	Undamaged Damage = ""
	NoID      Damage = "none"
	MergeTag  Damage = "merge-tag"
	Address   Damage = "address"
	Garbled   Damage = "garbled"
	BadSeal   Damage = "seal"
)

// Limits of what is read from a query.
const (
	maxParameters = 32
	maxValue      = 512
)

// Parameter is a declared parameter's value as it stood in a URL, decoded
// once.
type Parameter struct {
	Name, Value string
}

// Link is what a URL says, before anything is believed. Its texts are its own:
// nothing points into the request.
type Link struct {
	Kind       Kind
	Campaign   string // lower case
	Block      string // lower case
	Position   int    // from 1; 0 where the URL names one that cannot be
	Answer     string // of an answer's link, lower case; "" if it names none
	Format     render.Format
	Recipient  string // the id; "" if none could be read
	Seal       string // as it stood after the id; not verified here
	Damage     Damage
	Locale     string
	Send       string
	Parameters []Parameter
	Sealed     string // x, the seal over the parameters as it stood; not verified here
}

// place says what a link is of, in advice.
func (l *Link) place() string {
	if l.Kind == EventLink {
		return "/e"
	}
	return l.Campaign + "/" + l.Block
}

// ParseLink reads a path and a query as they came, leniently: what mail
// platforms, proxies and scanners do to URLs is undone where it can be. It
// reports whether the path is one of ours; what is wrong with the query only
// makes the recipient anonymous.
func ParseLink(path, query []byte) (Link, bool) {
	link, ok := parsePath(path)
	if ok {
		link.parseQuery(query)
	}
	return link, ok
}

// parsePath reads /<kind>/<campaign>/<block>[/<position>][.<extension>], of an answer
// /a/<campaign>/<block>/<answer>.
func parsePath(path []byte) (Link, bool) {
	link := Link{Position: 1, Format: formatOf(path)}
	text, ok := decodeValue(path)
	if !ok {
		text = string(trimTail(path))
	}
	var parts [4]string
	last := -1
	for part := range strings.SplitSeq(strings.Trim(strings.ToLower(text), "/"), "/") {
		if last++; last == len(parts) {
			return link, false
		}
		parts[last] = part
	}
	if last < 1 || len(parts[0]) != 1 {
		return link, false
	}
	link.Kind = Kind(parts[0][0])
	if link.Kind == ImageLink {
		name, extension, dotted := strings.Cut(parts[last], ".")
		if _, known := render.ParseFormat(extension); !dotted || !known {
			return link, false
		}
		parts[last] = name
	}
	link.Campaign = parts[1]
	if last >= 2 {
		link.Block = parts[2]
	}
	switch {
	case last < 3:
	case link.Kind == AnswerLink:
		link.Answer = parts[3]
	default:
		link.Position = parsePosition(parts[3])
	}
	return link, isName(link.Campaign) && (link.Block == "" || isName(link.Block))
}

// extensions are those an image's URL may have.
var extensions = [...]string{".jpg", ".jpeg", ".png", ".gif"}

// formatOf returns the format a URL asks for, by the last extension in it that
// we know; PNG if there is none.
func formatOf(path []byte) render.Format {
	for at, c := range slices.Backward(path) {
		if c != '.' {
			continue
		}
		for _, extension := range extensions {
			end := at + len(extension)
			if end <= len(path) && bytes.EqualFold(path[at:end], []byte(extension)) {
				format, _ := render.ParseFormat(extension[1:])
				return format
			}
		}
	}
	return render.PNG
}

// parsePosition returns a position 1..24, or 0, which no block has.
func parsePosition(text string) int {
	n := 0
	for _, c := range []byte(text) {
		if c < '0' || c > '9' || n > 24 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	if n > 24 {
		return 0
	}
	return n
}

// isName reports whether text is an id of a campaign, block or answer, our own
// names included, which begin with "_".
func isName(text string) bool {
	if text == "" || len(text) > 48 || text[0] == '-' {
		return false
	}
	for i, c := range []byte(text) {
		lower := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if !lower && c != '-' && (c != '_' || i > 0) {
			return false
		}
	}
	return true
}

// trimTail drops what scanners append to the last value of a URL.
func trimTail(text []byte) []byte {
	for {
		switch {
		case bytes.HasSuffix(text, []byte("%27")):
			text = text[:len(text)-3]
		case bytes.HasSuffix(text, []byte("'")):
			text = text[:len(text)-1]
		default:
			return text
		}
	}
}

// parseQuery reads the one-letter names that are ours and keeps the rest as
// parameters. Of a name that stands twice the first is taken.
func (l *Link) parseQuery(query []byte) {
	l.Damage = NoID
	seen := ""
	for n := 0; len(query) > 0 && n < maxParameters; n++ {
		var pair []byte
		pair, query, _ = bytes.Cut(query, []byte("&"))
		pair = bytes.TrimPrefix(pair, []byte("amp;"))
		rawName, rawValue, _ := bytes.Cut(pair, []byte("="))
		if len(rawName) == 0 || len(rawValue) > maxValue && len(rawName) > 1 {
			continue
		}
		name := string(rawName)
		if len(name) > 1 {
			l.addParameter(name, rawValue)
			continue
		}
		if strings.Contains(seen, name) {
			continue
		}
		seen += name
		l.setOwn(name[0], rawValue)
	}
}

// setOwn takes one of our own one-letter names.
func (l *Link) setOwn(name byte, raw []byte) {
	switch name {
	case 'r':
		l.setRecipient(raw)
	case 'l':
		if v, ok := decodeValue(raw); ok && isLocale(v) {
			l.Locale = v
		}
	case 'x':
		if v, ok := decodeValue(raw); ok && len(v) == SealLength {
			l.Sealed = v
		}
	case 's':
		if v, ok := decodeValue(raw); ok && isSend(v) {
			l.Send = v
		}
	}
}

// setRecipient reads id [ "." seal ].
func (l *Link) setRecipient(raw []byte) {
	value, ok := decodeValue(raw)
	if !ok {
		l.Damage = damageOf(string(raw))
		return
	}
	id, seal, sealed := strings.Cut(value, ".")
	if !isID(id) || sealed && len(seal) != SealLength || !sealed && isTag(id) {
		l.Damage = damageOf(value)
		return
	}
	l.Recipient, l.Seal, l.Damage = id, seal, Undamaged
}

// damageOf says what a value that is no id most likely is.
func damageOf(value string) Damage {
	switch {
	case value == "":
		return NoID
	case strings.ContainsAny(value, "{}%|*[]<>") || isTag(value):
		return MergeTag
	case strings.Contains(value, "@"):
		return Address
	}
	return Garbled
}

// isTag reports whether value is a mail platform's tag though it is made of an
// id's characters: Mailchimp's test address, or a legacy SendGrid tag such as
// -customerID-. A random id hardly ever has a dash at both ends and no digit
// between.
func isTag(value string) bool {
	if value == "__test_email__" {
		return true
	}
	return len(value) > 2 && value[0] == '-' && value[len(value)-1] == '-' &&
		!strings.ContainsAny(value, "0123456789")
}

func (l *Link) addParameter(name string, raw []byte) {
	for _, p := range l.Parameters {
		if p.Name == name {
			return
		}
	}
	if value, ok := decodeValue(raw); ok && value != "" {
		l.Parameters = append(l.Parameters, Parameter{name, value})
	}
}

// ParameterValue returns a parameter's value as ParseLink will read it from a
// link that has it percent-encoded, a space as %20; false where it will read
// none.
func ParameterValue(text string) (string, bool) {
	raw := EncodeParameter(text)
	value, ok := decodeValue([]byte(raw))
	return value, ok && value != "" && len(raw) <= maxValue
}

// EncodeParameter returns a parameter's value as a link has it.
func EncodeParameter(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// decodeValue decodes percent once, takes "+" for a space, trims "+" and
// spaces around and a trailing quote. It fails on a broken percent sign and on
// control characters.
func decodeValue(raw []byte) (string, bool) {
	raw = trimTail(raw)
	if isPlain(raw) {
		return string(bytes.Trim(raw, " ")), true
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch c {
		case '+':
			c = ' '
		case '%':
			if i+2 >= len(raw) || unhex(raw[i+1]) < 0 || unhex(raw[i+2]) < 0 {
				return "", false
			}
			c = byte(unhex(raw[i+1])<<4 | unhex(raw[i+2]))
			i += 2
		}
		if c < ' ' || c == 0x7f {
			return "", false
		}
		out = append(out, c)
	}
	return strings.Trim(string(out), " "), true
}

// isPlain reports whether a value stands for itself.
func isPlain(raw []byte) bool {
	for _, c := range raw {
		if c == '%' || c == '+' || c < ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// isID reports whether text is an id: [A-Za-z0-9_-]{1,64}.
func isID(text string) bool {
	if text == "" || len(text) > 64 {
		return false
	}
	for _, c := range []byte(text) {
		if !alphanumeric(c) && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func isLocale(text string) bool {
	return len(text) <= 35 && isID(strings.ReplaceAll(text, "_", "-"))
}

// isSend reports whether text is a send's id: [A-Za-z0-9._-]{1,32}.
func isSend(text string) bool {
	return len(text) <= 32 && isID(strings.ReplaceAll(text, ".", "-"))
}
