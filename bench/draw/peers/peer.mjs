// Draws a scene of bench/draw with sharp or @napi-rs/canvas: node peer.mjs SCENE WAY
// DIR SECONDS. DIR has PNGs of all that does not change, and bold.ttf. Prints a line of
// JSON: images, CPU microseconds and bytes. Writes the first picture as it is coded, and
// without loss.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [scene, way, dir, seconds] = process.argv.slice(2)
const said = JSON.parse(readFileSync(join(dir, 'scene.json'), 'utf8'))
const font = join(dir, 'bold.ttf')
const whole = scene === 'jpeg-whole'
const headline = n => `Hi ${said.names[n % said.names.length]},`
const price = n => said.price.replace('#', n % 100)
const ground = { png: 'photo', 'png-flat': 'flat', gif: 'clock', 'gif-whole': 'clock', 'gif-photo': 'clock-photo' }[scene] ?? 'photo'

async function canvasOf(width, height) {
  const { createCanvas, GlobalFonts, loadImage } = await import('@napi-rs/canvas')
  GlobalFonts.registerFromPath(font, 'Bold')
  const canvas = createCanvas(width, height)
  return { canvas, c: canvas.getContext('2d'), base: await loadImage(readFileSync(join(dir, ground + '.png'))) }
}

async function sharpAlone() {
  const { default: sharp } = await import('sharp')
  sharp.concurrency(1)
  sharp.cache(false)
  return sharp
}

async function napi() {
  const { canvas, c, base } = await canvasOf(1200, 400)
  return (n, lossless) => {
    c.drawImage(base, 0, 0)
    c.fillStyle = '#ffffff'
    c.font = '64px Bold'
    c.fillText(headline(n), 48, 115)
    c.font = '56px Bold'
    c.fillText(price(n), 48, 247)
    if (whole) {
      c.fillStyle = `rgba(${2 * (n % 100)}, 32, 96, ${8 / 255})`
      c.fillRect(0, 0, 1200, 400)
    }
    return lossless ? canvas.encodeSync('png') : canvas.encodeSync('jpeg', 82)
  }
}

async function words() {
  const sharp = await sharpAlone()
  const { data, info } = await sharp(join(dir, ground + '.png')).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: 3 }
  const svg = n => [{ left: 0, top: 0, input: Buffer.from(`<svg width="1200" height="400" xmlns="http://www.w3.org/2000/svg"><g font-family="Noto Sans" font-weight="bold" fill="#fff"><text x="48" y="115" font-size="64">${headline(n)}</text><text x="48" y="247" font-size="56">${price(n)}</text></g></svg>`) }]
  const line = (text, size) => ({ text: { text: `<span foreground="white">${text}</span>`, font: `Noto Sans Bold ${size}`, fontfile: font, rgba: true, dpi: 72 } })
  const pango = n => [
    { input: line(headline(n), 64), left: 48, top: 64 },
    { input: line(price(n), 56), left: 48, top: 204 },
  ]
  const draw = way === 'sharp-svg' ? svg : pango
  const code = {
    'sharp-1': s => s.png({ compressionLevel: 1 }),
    'sharp-palette': s => s.png({ palette: true }),
  }[way] ?? (s => s.jpeg({ quality: 82 }))
  return (n, lossless) => {
    const drawn = sharp(data, { raw }).composite(draw(n))
    return (lossless ? drawn.png() : code(drawn)).toBuffer()
  }
}

// clock draws a minute of a countdown with @napi-rs/canvas, and codes it with sharp,
// which has no text of one place that is quick.
async function clock() {
  const sharp = await sharpAlone()
  const { canvas, c, base } = await canvasOf(600, 120)
  const frame = left => {
    c.drawImage(base, 0, 0)
    c.fillStyle = '#ffffff'
    c.font = '34px Bold'
    c.textAlign = 'center'
    const parts = [Math.floor(left / 86400), Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60]
    parts.forEach((part, i) => c.fillText(String(part).padStart(2, '0'), said.cells[i] + 35, 72))
  }
  // Of the options those that take least: flat graphics need no more colours.
  const options = scene === 'gif-photo' ? { dither: 0 } : { colours: 16, effort: 1, dither: 0 }
  const pixels = Buffer.alloc(60 * 600 * 120 * 4)
  return (n, lossless) => {
    if (lossless) {
      frame(said.clock - n)
      return canvas.encodeSync('png')
    }
    for (let second = 0; second < 60; second++) {
      frame(said.clock - n - second)
      pixels.set(c.getImageData(0, 0, 600, 120).data, second * 600 * 120 * 4)
    }
    return sharp(pixels, { raw: { width: 600, height: 60 * 120, channels: 4, pageHeight: 120 } })
      .gif({ delay: Array(60).fill(1000), loop: 1, ...options }).toBuffer()
  }
}

const draw = await { 'napi-canvas': napi, 'sharp-gif': clock }[way]?.() ?? await words()
writeFileSync(join(dir, `${scene}-${way}.coded`), await draw(0, false))
writeFileSync(join(dir, `${scene}-${way}.lossless`), await draw(0, true))
for (let n = 0; n < 5 && way !== 'sharp-gif'; n++) await draw(n)
const from = process.cpuUsage()
let images = 0
let bytes = 0
for (const end = Date.now() + 1000 * seconds; images === 0 || Date.now() < end; images++) {
  bytes += (await draw(images)).length
}
const used = process.cpuUsage(from)
console.log(JSON.stringify({ images, cpu: used.user + used.system, bytes }))
