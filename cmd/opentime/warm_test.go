package main

import "testing"

// TestCampaignsAreWarmBeforeTheirFirstOpen opens what was drawn ahead: at a start
// that was waited for, and of a campaign that is published while the server runs.
// Nothing is drawn for these opens.
func TestCampaignsAreWarmBeforeTheirFirstOpen(t *testing.T) {
	l := newLadder(t)
	<-l.app.publisher.started
	first := func(path string) {
		t.Helper()
		if rung, _ := l.open(path); rung != "live" {
			t.Errorf("the first open of %s comes from rung %q", path, rung)
		}
		if drawn := l.metric(`opentime_drawn_total{lane="stranger"}`); drawn != "0" {
			t.Errorf("the first open of %s has %s pictures drawn", path, drawn)
		}
	}
	first("/i/spring/hero.jpg")
	l.write("campaigns/autumn.yaml", `campaign: autumn
show: {link: "https://shop.example/autumn"}
blocks:
  hero:
    show: {layout: strip}
    rules: [{name: all, show: {headline: "Herfst"}}]
    fallback: {headline: "Altijd"}
`)
	l.app.reload()
	first("/i/autumn/hero.jpg")
}
