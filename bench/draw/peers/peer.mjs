// Draws the scene of bench/draw with sharp or @napi-rs/canvas: node peer.mjs VARIANT
// DIR SECONDS. DIR has base.png, all that does not change, and bold.ttf. Prints a line
// of JSON: images, CPU microseconds and bytes. Writes DIR/VARIANT.jpg and .png of the
// first name.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [variant, dir, seconds] = process.argv.slice(2)
const { names, price } = JSON.parse(readFileSync(join(dir, 'scene.json'), 'utf8'))
const font = join(dir, 'bold.ttf')

async function napi() {
  const { createCanvas, GlobalFonts, loadImage } = await import('@napi-rs/canvas')
  GlobalFonts.registerFromPath(font, 'Bold')
  const base = await loadImage(readFileSync(join(dir, 'base.png')))
  const canvas = createCanvas(1200, 400)
  const c = canvas.getContext('2d')
  return (name, n, png) => {
    c.drawImage(base, 0, 0)
    c.fillStyle = '#ffffff'
    c.font = '64px Bold'
    c.fillText(`Hi ${name},`, 48, 115)
    c.font = '56px Bold'
    c.fillText(price.replace('#', n), 48, 247)
    return png ? canvas.encodeSync('png') : canvas.encodeSync('jpeg', 82)
  }
}

async function sharp(text) {
  const { default: sharp } = await import('sharp')
  sharp.concurrency(1)
  sharp.cache(false)
  const { data, info } = await sharp(join(dir, 'base.png')).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: 3 }
  const svg = (name, n) => [{ left: 0, top: 0, input: Buffer.from(`<svg width="1200" height="400" xmlns="http://www.w3.org/2000/svg"><g font-family="Noto Sans" font-weight="bold" fill="#fff"><text x="48" y="115" font-size="64">Hi ${name},</text><text x="48" y="247" font-size="56">${price.replace('#', n)}</text></g></svg>`) }]
  const line = (text, size) => ({ text: { text: `<span foreground="white">${text}</span>`, font: `Noto Sans Bold ${size}`, fontfile: font, rgba: true, dpi: 72 } })
  const pango = (name, n) => [
    { input: line(`Hi ${name},`, 64), left: 48, top: 64 },
    { input: line(price.replace('#', n), 56), left: 48, top: 204 },
  ]
  const draw = text === 'svg' ? svg : pango
  return (name, n, png) => {
    const drawn = sharp(data, { raw }).composite(draw(name, n))
    return png ? drawn.png().toBuffer() : drawn.jpeg({ quality: 82 }).toBuffer()
  }
}

const draw = await (variant === 'napi-canvas' ? napi() : sharp(variant === 'sharp-svg' ? 'svg' : 'pango'))
writeFileSync(join(dir, variant + '.jpg'), await draw(names[0], 0, false))
writeFileSync(join(dir, variant + '.png'), await draw(names[0], 0, true))
for (let n = 0; n < 5; n++) await draw(names[n % names.length], n)
const from = process.cpuUsage()
let images = 0
let bytes = 0
for (const end = Date.now() + 1000 * seconds; Date.now() < end; images++) {
  bytes += (await draw(names[images % names.length], images % 100)).length
}
const used = process.cpuUsage(from)
console.log(JSON.stringify({ images, cpu: used.user + used.system, bytes }))
