// Makes the pictures beside it, with sharp as bench/draw installs it: one scene in the
// forms that shops have it in, and in scene.png as it must look; cmyk.png is what the
// four colours of cmyk.jpg are without a profile. In this folder: node make.mjs FOLDER,
// the one that has node_modules.
import { createRequire } from 'node:module'
const sharp = createRequire(process.argv[2] + '/')('sharp')
const poster = '../../../assets/demo/posters/borrowed-rooms.jpg'
const [w, h] = [96, 64]
const raw = await sharp(poster).resize(w, h).modulate({ saturation: 3 }).removeAlpha().raw().toBuffer()
const scene = () => sharp(raw, { raw: { width: w, height: h, channels: 3 } })
const photo = { quality: 95, chromaSubsampling: '4:4:4' }
await scene().png().toFile('scene.png')
await scene().jpeg({ ...photo, progressive: true }).toFile('progressive.jpg')
await scene().jpeg({ ...photo, chromaSubsampling: '4:2:0' }).toFile('subsampled.jpg')
await scene().toColourspace('rgb16').png().toFile('sixteen.png')
await scene().withIccProfile('p3').jpeg(photo).toFile('p3.jpg')
await scene().withIccProfile('p3').png().toFile('p3.png')
await scene().toColourspace('b-w').jpeg(photo).toFile('grey.jpg')
await scene().toColourspace('grey16').png().toFile('grey-sixteen.png')
await scene().toColourspace('b-w').png().toFile('grey.png')
await scene().toColourspace('cmyk').jpeg(photo).toFile('cmyk.jpg')
const ink = await sharp('cmyk.jpg').pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer()
const seen = Buffer.alloc(3 * w * h)
for (let i = 0; i < w * h; i++) for (let c = 0; c < 3; c++) seen[3 * i + c] = Math.round((255 - ink[4 * i + c]) * (255 - ink[4 * i + 3]) / 255)
await sharp(seen, { raw: { width: w, height: h, channels: 3 } }).png().toFile('cmyk.png')
// What undoes each turn of Exif.
const undone = { 1: (p) => p, 2: (p) => p.flop(), 3: (p) => p.rotate(180), 4: (p) => p.flip(), 5: (p) => p.flip().rotate(90), 6: (p) => p.rotate(270), 7: (p) => p.flop().rotate(90), 8: (p) => p.rotate(90) }
for (const [turn, undo] of Object.entries(undone)) {
  const { data, info } = await undo(scene()).raw().toBuffer({ resolveWithObject: true })
  const file = `turn-${turn}.jpg`
  await sharp(data, { raw: info }).jpeg(photo).withMetadata({ orientation: Number(turn) }).toFile(file)
  const upright = await sharp(file).autoOrient().raw().toBuffer()
  let off = 0
  for (let i = 0; i < raw.length; i++) off += Math.abs(upright[i] - raw[i])
  if (off / raw.length > 6) throw new Error(`${file} is off by ${off / raw.length}`)
}
