// What visitors who came from a mail do on these pages, told to opentime. Load it before
// it is called. Until consent is told nothing is read, stored or sent:
//
//   opentime.consent(true)                              on every page, once a visitor has agreed; false takes it back
//   opentime.viewed('salt-moon', {price: '9.00 EUR'})   and wished, unwished, carted, uncarted
//   opentime.carted('salt-moon', {count: 2})            how many there are in the cart now
//   opentime.searched('science fiction')
//   opentime.bought([{item: 'salt-moon', count: 2, price: '9.00 EUR'}], 'order-118')
//   opentime.recipient(r)                               of a visitor who has logged in, where the page knows r
window.opentime = (() => {
  const to = '{{.Public}}/e?r='
  const key = 'opentime', days = 30, together = 20, most = 100
  const sealed = /^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{24}$/
  let agreed // undefined: not told yet; what happens meanwhile waits in this page's memory
  let r = ''
  let waiting = []

  const remember = told => {
    r = told
    try { localStorage.setItem(key, JSON.stringify({r, until: Date.now() + days * 864e5})) } catch {}
  }
  const recall = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(key))
      if (kept && kept.until > Date.now() && sealed.test(kept.r)) r ||= kept.r
    } catch {}
  }
  const forget = () => {
    r = ''
    waiting = []
    try { localStorage.removeItem(key) } catch {}
  }

  // arrive takes r from the link that led here, and out of the address: nobody else on
  // the page is to have it.
  const arrive = () => {
    const url = new URL(location.href), told = url.searchParams.get('r') ?? ''
    if (!sealed.test(told)) return
    remember(told)
    url.searchParams.delete('r')
    history.replaceState(history.state, '', url)
  }

  // send tells what waits. Text needs no leave of the browser's to be sent elsewhere.
  const send = () => {
    while (agreed && r && waiting.length) {
      const body = JSON.stringify(waiting.splice(0, together))
      if (!navigator.sendBeacon?.(to + r, body)) fetch(to + r, {method: 'POST', mode: 'no-cors', keepalive: true, body}).catch(() => {})
    }
  }
  const tell = (...events) => {
    if (agreed === false || waiting.length + events.length > most) return
    waiting.push(...events)
    send()
  }
  // Nothing that goes wrong here is the page's.
  const calmly = act => (...args) => { try { act(...args) } catch {} }
  const of = kind => calmly((item, more) => tell({...more, kind, item}))

  return {
    consent: calmly(yes => {
      agreed = yes === true
      if (!agreed) return forget()
      arrive()
      recall()
      send()
    }),
    recipient: calmly(told => {
      if (!sealed.test(told)) return
      if (agreed) remember(told)
      else r = told
      send()
    }),
    viewed: of('viewed'), carted: of('carted'), uncarted: of('uncarted'), wished: of('wished'), unwished: of('unwished'),
    searched: calmly(search => tell({kind: 'searched', search})),
    bought: calmly((items, order) => tell(...items.map(one => ({...one, kind: 'bought', ...order && {id: order + '/' + one.item}})))),
  }
})()
