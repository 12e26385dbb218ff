package main

import (
	"maps"
	"math"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// link reads an https link, or http to a loopback address.
func (r *configReader) link(n *strict.Node) string {
	text := r.Text(n)
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		r.Errorf(n, "%q is no link; write https://host/path", text)
	case u.Scheme == "https" || u.Scheme == "http" && loopbackHost(u.Hostname()):
		return text
	default:
		r.Errorf(n, "%q is not https; write https://", text)
	}
	return ""
}

// origins reads where web pages are from: a scheme and a host, as browsers send it.
func (r *configReader) origins(n *strict.Node) []string {
	var origins []string
	nodes := []*strict.Node{n}
	if n.Kind == strict.List {
		nodes = n.Items
	}
	for _, one := range nodes {
		text := r.link(one)
		u, err := url.Parse(text)
		if text != "" && (err != nil || u.Scheme+"://"+u.Host != text) {
			r.Errorf(one, "%q is no origin; write scheme and host only, such as https://shop.example", text)
			continue
		}
		origins = append(origins, text)
	}
	return origins
}

// below reads a folder that lies below opentime.yaml's: campaigns are kept with
// it, under the same names.
func (r *configReader) below(n *strict.Node) string {
	text := r.Text(n)
	if text != "" && !filepath.IsLocal(filepath.FromSlash(text)) {
		r.Errorf(n, "campaigns lie below opentime.yaml; write a folder such as campaigns")
	}
	return text
}

// route reads a link to a place, with {lat} and {lon}.
func (r *configReader) route(n *strict.Node) string {
	text := r.Text(n)
	leads := strings.HasPrefix(text, "https://") && strings.Contains(text, "{lat}") && strings.Contains(text, "{lon}")
	if text != "" && !leads {
		r.Errorf(n, "the route %q is no link with {lat} and {lon}; write https://maps.example/?to={lat},{lon}", text)
		return ""
	}
	return text
}

// share reads a percentage that is not the default where it is 0.
func (r *configReader) share(n *strict.Node) float64 {
	return max(r.Percent(n), math.SmallestNonzeroFloat64)
}

func loopbackHost(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// address reads host:port.
func (r *configReader) address(n *strict.Node) string {
	text := r.Text(n)
	_, port, err := net.SplitHostPort(text)
	if number, err2 := strconv.Atoi(port); err != nil || err2 != nil || number < 0 || number > 65535 {
		r.Errorf(n, "%q is no address; write host:port, such as 127.0.0.1:8080", text)
		return ""
	}
	return text
}

// hosts reads the hosts a destination may have.
func (r *configReader) hosts(n *strict.Node) []string {
	hosts := r.Texts(n)
	for i, host := range hosts {
		hosts[i] = strings.ToLower(host)
		name := strings.TrimPrefix(hosts[i], "*.")
		if u, err := url.Parse("https://" + name + "/"); err != nil || u.Host != name || u.Port() != "" || !strings.Contains(name, ".") {
			r.Errorf(item(n, i), "%q is no host; write a name such as cinema.example or *.cinema.example", host)
		}
	}
	return hosts
}

// pictureHosts reads the hosts that item pictures are fetched from: names, no
// addresses. None written is none, not the default.
func (r *configReader) pictureHosts(n *strict.Node) []string {
	hosts := r.hosts(n)
	for i, host := range hosts {
		if _, err := netip.ParseAddr(host); err == nil {
			r.Errorf(item(n, i), "%q is an address; write the host's name", host)
		}
	}
	return append([]string{}, hosts...)
}

// ids reads a list of ids.
func (r *configReader) ids(n *strict.Node) []string {
	var ids []string
	r.Each(n, func(n *strict.Node) {
		if id := r.ID(n); id != "" {
			ids = append(ids, id)
		}
	})
	return ids
}

func (r *configReader) recipients(n *strict.Node) rules.Trust {
	switch r.OneOf(n, recipientWords[:]...) {
	case "keyed":
		return rules.Keyed
	case "claimed":
		return rules.Claimed
	}
	return rules.Signed
}

func (r *configReader) consent(n *strict.Node) rules.Consent {
	switch r.OneOf(n, consentWords[:]...) {
	case "full":
		return rules.ConsentFull
	case "none":
		return rules.ConsentNone
	}
	return rules.ConsentAggregate
}

// networks reads a list of networks, or of single addresses.
func (r *configReader) networks(n *strict.Node) []netip.Prefix {
	var networks []netip.Prefix
	for i, text := range r.Texts(n) {
		prefix, err := netip.ParsePrefix(text)
		if address, err2 := netip.ParseAddr(text); err2 == nil {
			prefix, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			r.Errorf(item(n, i), "%q is no network; write an address with its length, such as 10.0.0.0/8", text)
			continue
		}
		networks = append(networks, prefix.Masked())
	}
	return networks
}

// item is the i-th of a list, or the one text that stands for a list.
func item(n *strict.Node, i int) *strict.Node {
	if n.Kind == strict.List && i < len(n.Items) {
		return n.Items[i]
	}
	return n
}

func (r *configReader) zone(n *strict.Node) *time.Location {
	text := r.Text(n)
	zone, err := time.LoadLocation(text)
	if err != nil || text == "Local" || text == "" {
		r.Errorf(n, "unknown time zone %q; write an IANA name such as Europe/Brussels", text)
		return nil
	}
	return zone
}

// locales reads a list of BCP 47 tags.
func (r *configReader) locales(n *strict.Node) []string {
	list := r.Texts(n)
	for _, text := range list {
		if _, err := language.Parse(text); err != nil {
			r.Errorf(n, "%q is no locale; write a language such as nl or nl-BE", text)
		}
	}
	if len(list) > maxLocales {
		r.Errorf(n, "%d locales are too many; write %d at most", len(list), maxLocales)
	}
	return list
}

var currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)

// currency reads a currency's code of three letters.
func (r *configReader) currency(n *strict.Node) string {
	text := r.Text(n)
	if !currencyPattern.MatchString(text) {
		r.Errorf(n, "%q is no currency; write its three letters, such as EUR", text)
		return ""
	}
	return text
}

// typeNames are the types an attribute may be declared with.
func typeNames() map[string]rules.Type {
	return map[string]rules.Type{
		"text": rules.Text, "number": rules.Number, "percent": rules.Percent, "money": rules.Money,
		"boolean": rules.Boolean, "list": rules.TextList, "time": rules.Time, "date": rules.Date,
		"yearly": rules.Yearly, "moment": rules.Moment, "duration": rules.Duration,
	}
}

// attributes reads declared attributes: name: type, or of profiles also
// name: {type, values, age, open}.
func (r *configReader) attributes(n *strict.Node, ofProfiles bool) []rules.Attribute {
	if n.Kind != strict.Map {
		r.Errorf(n, "expected a map; write name: type pairs")
		return nil
	}
	var list []rules.Attribute
	for _, e := range n.Entries {
		a := rules.Attribute{Name: r.Name(e.Key), Type: rules.Text}
		if e.Value.Kind == strict.Scalar || !ofProfiles {
			a.Type = r.typeOf(e.Value)
		} else {
			r.Map(e.Value, attributeFields.Read(strict.Keys{
				"type":   func(n *strict.Node) { a.Type = r.typeOf(n) },
				"values": func(n *strict.Node) { a.Values = r.Texts(n) },
				"age":    func(n *strict.Node) { a.Age = r.Duration(n) },
				"open":   func(n *strict.Node) { a.Open = r.Bool(n) },
			}))
		}
		list = append(list, a)
	}
	return list
}

func (r *configReader) typeOf(n *strict.Node) rules.Type {
	types := typeNames()
	if t, ok := types[n.Text]; ok && n.Kind == strict.Scalar {
		return t
	}
	r.Errorf(n, "unknown type %q; %s", n.Text, strict.DidYouMean(n.Text, slices.Sorted(maps.Keys(types))))
	return rules.Text
}
