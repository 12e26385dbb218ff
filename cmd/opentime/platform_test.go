package main

import (
	"testing"

	"example.com/opentime/server"
)

func TestEveryPlatformHasItsTag(t *testing.T) {
	want := map[string]string{
		"activecampaign": "%R%",
		"adobe":          "<%= escapeUrl(recipient.r) %>",
		"braze":          "{{custom_attribute.${r}}}",
		"brevo":          "{{ contact.R }}",
		"customerio":     "{{customer.r}}",
		"emarsys":        "{{ contact.r }}",
		"generic":        "{{r}}",
		"hubspot":        "{{ contact.r }}",
		"iterable":       "{{r}}",
		"klaviyo":        "{{ person|lookup:'r' }}",
		"listmonk":       "{{ .Subscriber.Attribs.r }}",
		"mailchimp":      "*|R|*",
		"mautic":         "{contactfield=r}",
		"salesforce":     "%%r%%",
		"selligent":      "[%[MASTER.R]%]",
		"sendgrid":       "{{r}}",
	}
	for _, p := range platforms() {
		if got := p.merge("r"); got != want[p.name] {
			t.Errorf("%s: %s; want %s", p.name, got, want[p.name])
		}
		delete(want, p.name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// A tag that the platform did not fill in makes its reader anonymous, and never
// somebody whose id it happens to be.
func TestNoUnfilledTagIsTakenForARecipient(t *testing.T) {
	for _, p := range append(platforms(), noPlatform()) {
		for _, tag := range []string{p.merge("r"), p.mergeText("r")} {
			link, ok := server.ParseLink([]byte("/i/weekly-films/hero.jpg"), []byte("r="+tag))
			if !ok || link.Recipient != "" || link.Damage != server.MergeTag {
				t.Errorf("%s: %s reads as recipient %q, damage %q", p.name, tag, link.Recipient, link.Damage)
			}
		}
	}
}
