package main

import (
	"cmp"
	"slices"
	"strings"
)

// platform is a mail platform: how its merge tags name a field of the
// recipient's profile.
type platform struct {
	name  string
	tag   string // %s stands for the field's name
	text  string // the same, percent-encoded: for fields that may hold anything; "": tag
	upper bool   // its fields' tags are in capitals
	note  string // what has to be known to use it
}

// platforms are the mail platforms that link knows. A tag is merged into the
// query only: some platforms break links that have one elsewhere.
func platforms() []platform {
	return []platform{
		{name: "activecampaign", tag: "%%s%", upper: true},
		{name: "adobe", tag: "<%= escapeUrl(recipient.%s) %>"},
		{name: "braze", tag: "{{custom_attribute.${%s}}}", text: "{{custom_attribute.${%s} | url_param_escape}}"},
		{name: "brevo", tag: "{{ contact.%s }}", upper: true},
		{name: "customerio", tag: "{{customer.%s}}", text: "{{customer.%s | url_encode}}"},
		{name: "emarsys", tag: "{{ contact.%s }}", note: "a field is named by its number there: --field 4711"},
		{name: "generic", tag: "{{%s}}"},
		{name: "hubspot", tag: "{{ contact.%s }}", text: "{{ contact.%s|urlencode }}"},
		{name: "iterable", tag: "{{%s}}", text: "{{#urlEncode}}{{%s}}{{/urlEncode}}"},
		{name: "klaviyo", tag: "{{ person|lookup:'%s' }}", text: "{{ person|lookup:'%s'|urlencode }}"},
		{name: "listmonk", tag: "{{ .Subscriber.Attribs.%s }}", text: "{{ .Subscriber.Attribs.%s | urlquery }}"},
		{name: "mailchimp", tag: "*|%s|*", text: "*|URL:%s|*", upper: true},
		{name: "mautic", tag: "{contactfield=%s}"},
		{name: "salesforce", tag: "%%%s%%", text: "%%=URLEncode(%s,1,1)=%%"},
		{name: "selligent", tag: "[%[MASTER.%s]%]", upper: true},
		{name: "sendgrid", tag: "{{%s}}"},
	}
}

// noPlatform is the placeholder of a link that is for no platform in
// particular. A server takes it for a merge tag that was not filled in.
func noPlatform() platform { return platform{tag: "{%s}"} }

// findPlatform returns a platform by name.
func findPlatform(name string) (platform, bool) {
	all := platforms()
	i := slices.IndexFunc(all, func(p platform) bool { return p.name == name })
	if i < 0 {
		return platform{}, false
	}
	return all[i], true
}

// platformNames are the names of the platforms.
func platformNames() []string {
	var names []string
	for _, p := range platforms() {
		names = append(names, p.name)
	}
	return names
}

// merge returns the tag that the platform replaces by a recipient's field.
func (p platform) merge(field string) string { return p.fill(p.tag, field) }

// mergeText is merge for a field that may hold any text: percent-encoded where
// the platform can.
func (p platform) mergeText(field string) string { return p.fill(cmp.Or(p.text, p.tag), field) }

// encodes reports whether what mergeText merges is percent-encoded.
func (p platform) encodes() bool { return p.text != "" || strings.Contains(p.tag, "escape") }

func (p platform) fill(tag, field string) string {
	if p.upper {
		field = strings.ToUpper(field)
	}
	return strings.Replace(tag, "%s", field, 1)
}
