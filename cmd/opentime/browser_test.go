package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a Chromium that looks at a running demo.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	errors []string // that scripts threw
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.UserAgent(chrome), chromedp.WindowSize(1300, 2200), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	ctx, closed := chromedp.NewContext(allocator)
	t.Cleanup(closed)
	b := &browser{t: t, ctx: ctx}
	err := chromedp.Listen(ctx, func(event any) {
		if thrown, ok := event.(*runtime.EventExceptionThrown); ok {
			b.mu.Lock()
			b.errors = append(b.errors, thrown.ExceptionDetails.Text)
			b.mu.Unlock()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	headers := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Authorization": "Bearer read"}}
	if _, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, headers); err != nil {
		t.Fatal(err)
	}
	return b
}

// visit opens a page.
func (b *browser) visit(url string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Navigate(url)); err != nil {
		b.t.Fatal(err)
	}
}

// eval evaluates a script that yields a text, or promises one.
func (b *browser) eval(script string) string {
	b.t.Helper()
	ctx, late := context.WithTimeout(b.ctx, time.Minute)
	defer late()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// turn sets a control of the demo page and waits for the mail.
func (b *browser) turn(control, value string) {
	b.t.Helper()
	b.eval(fmt.Sprintf(`(() => {
		document.getElementById('mail').contentDocument.body.dataset.old = 'yes'
		const control = document.getElementById(%q)
		control.value = %q
		if (control.value !== %q) throw new Error('no such choice')
		control.dispatchEvent(new Event('change', {bubbles: true}))
		return ''
	})()`, control, value, value))
	b.loaded()
}

// again opens the mail once more.
func (b *browser) again() {
	b.t.Helper()
	b.eval(`(() => {
		document.getElementById('mail').contentDocument.body.dataset.old = 'yes'
		document.getElementById('open').click()
		return ''
	})()`)
	b.loaded()
}

// loaded waits until every image of the mail is there.
func (b *browser) loaded() {
	b.t.Helper()
	all := `(() => {
		const mail = document.getElementById('mail')?.contentDocument
		const images = [...mail?.images ?? []]
		return mail && mail.readyState === 'complete' && !mail.body.dataset.old && images.length > 9 && images.every(i => i.complete)
	})()`
	poll := chromedp.Poll[chromedp.Void](all, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(time.Minute))
	if _, err := chromedp.Run(b.ctx, poll); err != nil {
		b.t.Fatal(err)
	}
	broken := b.eval(`[...document.getElementById('mail').contentDocument.images].filter(i => i.naturalWidth < 16).map(i => i.src).join(' ')`)
	if broken != "" {
		b.t.Errorf("images that do not show: %s", broken)
	}
}

// pixels returns what a block of the mail shows.
func (b *browser) pixels(block string) string {
	b.t.Helper()
	return b.eval(fmt.Sprintf(`(() => {
		const image = [...document.getElementById('mail').contentDocument.images].find(i => i.src.includes(%q))
		const canvas = document.createElement('canvas')
		canvas.width = 300; canvas.height = 120
		canvas.getContext('2d').drawImage(image, 0, 0, 300, 120)
		return canvas.toDataURL()
	})()`, "/weekly-films/"+block))
}

// leads returns what the page of a click on a block says.
func (b *browser) leads(block string) string {
	b.t.Helper()
	return b.eval(fmt.Sprintf(`(async () => {
		const link = [...document.getElementById('mail').contentDocument.links].find(l => l.href.includes(%q))
		return await (await fetch(link.href)).text()
	})()`, "/weekly-films/"+block))
}

// TestTheDemoPageIsTurnedByHand turns everything that the demo page offers in a
// real browser: the mail follows, and a click leads to what it shows.
func TestTheDemoPageIsTurnedByHand(t *testing.T) {
	d := startDemo(t)
	b := newBrowser(t)
	b.visit("http://" + d.app.admin + "/demo")
	b.loaded()

	// Where a slow machine draws past the deadline, the next open finds it drawn.
	page := b.leads("greeting")
	for tries := 0; !strings.Contains(page, "https://cinema.example/en/my") && tries < 20; tries++ {
		b.again()
		page = b.leads("greeting")
	}
	if !strings.Contains(page, "https://cinema.example/en/my") || !strings.Contains(page, "showed the same") && !strings.Contains(page, "saw last") {
		t.Errorf("a click in the public mail does not say where it leads:\n%s", page)
	}
	b.turn("who", "CiJY8HQBKNkZMAh8snSZig") // Emma, of Antwerp
	b.turn("at", "2026-11-24T15:00")
	shown := map[string]string{}
	f := func(control, value, block, leads string) {
		t.Helper()
		b.turn(control, value)
		pixels := b.pixels(block)
		name := control + " " + value
		if before, twice := shown[block+pixels]; twice {
			t.Errorf("%s shows the same %s as %s", name, block, before)
		}
		shown[block+pixels] = name
		if page := b.leads(block); !strings.Contains(page, "https://cinema.example/"+leads) {
			t.Errorf("%s: a click on %s does not lead to %s", name, block, leads)
		}
	}
	f("at", "2026-11-24T14:00", "hero", "cinemas/antwerp")
	f("at", "2026-11-24T20:30", "hero", "tonight")
	f("weather", "weather.rain=true; weather.snow=false; weather.temperature=9; weather.feels_like=7; weather.condition=rain", "hero", "rain")
	f("stock", "stock.salt-moon=12", "hero", "films/salt-moon/seats")
	f("stock", "stock.salt-moon=0", "hero", "films/")
	f("address", "81.2.69.142", "cinema", "route?to=51.5")
	f("address", "89.160.20.112", "cinema", "route?to=59.3")
	f("who", "m1-9r77VXdTSL5LYLDDrOg", "points", "points/reward")
	f("who", "", "points", "points")
	f("client", "apple-mpp", "cinema", "cinemas")

	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.errors) > 0 {
		t.Errorf("scripts failed: %s", strings.Join(b.errors, "; "))
	}
}
