const SVG = "http://www.w3.org/2000/svg"
const MARGIN = 14, LINE = 19, MOST_LINES = 3, SCALE = 2
const LONGEST_WAIT_MS = 20000
// what belongs to the pointer, not to the picture
const PASSING = ".hoverlayer, .menulayer, .zoomlayer, .draglayer"

function piece(parent, tag, attributes, text) {
  const node = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  if (text) node.textContent = text
  parent.appendChild(node)
  return node
}

async function inline(address) {
  const file = await (await fetch(address)).blob()
  return new Promise(done => {
    const reader = new FileReader()
    reader.onload = () => done(reader.result)
    reader.readAsDataURL(file)
  })
}

// Other programs do not have the page's font, so the picture brings it along.
async function fontFaces(family) {
  const faces = []
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSFontFaceRule) || rule.style.fontStyle === "italic") continue
      if (rule.style.fontFamily.replaceAll('"', "") !== family) continue
      const address = rule.style.getPropertyValue("src").match(/url\("?([^")]+)"?\)/)?.[1]
      if (!address) continue
      const data = await inline(new URL(address, sheet.href ?? document.baseURI))
      const weight = rule.style.fontWeight || "normal"
      faces.push(`@font-face{font-family:"${family}";font-weight:${weight};src:url(${data})}`)
    }
  }
  return faces.join("")
}

function broken(text, font, width) {
  const context = document.createElement("canvas").getContext("2d")
  context.font = `13px ${font}`
  const lines = [""]
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim()
    if (context.measureText(longer).width <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  if (lines.length <= MOST_LINES) return lines
  return [...lines.slice(0, MOST_LINES - 1), `${lines[MOST_LINES - 1]} …`]
}

async function pictureOf(chart, labels) {
  const layers = [...chart.querySelectorAll(".main-svg")]
  const width = Number(layers[0].getAttribute("width"))
  const lines = [...broken(labels.sentence, labels.font, width - 3 * MARGIN), labels.source]
  const head = 36 + lines.length * LINE
  const height = Number(layers[0].getAttribute("height")) + head
  const svg = document.createElementNS(SVG, "svg")
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }))
    svg.setAttribute(name, value)
  piece(svg, "style", {}, await fontFaces(labels.font.split(",")[0]))
  piece(svg, "rect", { width, height, fill: labels.ground })
  const type = { x: MARGIN, "font-family": labels.font }
  piece(svg, "text", { ...type, y: 26, "font-size": 18, "font-weight": 600, fill: labels.ink }, labels.title)
  lines.forEach((line, place) => {
    const y = 48 + place * LINE
    piece(svg, "text", { ...type, y, "font-size": 13, fill: labels.muted }, line)
  })
  const body = piece(svg, "g", { transform: `translate(0 ${head})` })
  for (const layer of layers) {
    for (const child of layer.children) body.appendChild(child.cloneNode(true))
  }
  for (const passing of body.querySelectorAll(PASSING)) passing.remove()
  return { text: new XMLSerializer().serializeToString(svg), width, height }
}

async function toPng({ text, width, height }) {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  await image.decode()
  const canvas = document.createElement("canvas")
  canvas.width = width * SCALE
  canvas.height = height * SCALE
  const context = canvas.getContext("2d")
  context.scale(SCALE, SCALE)
  context.drawImage(image, 0, 0)
  return new Promise(done => canvas.toBlob(done, "image/png"))
}

function give(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

// Plotly draws later than the page: a quick click waits for it.
async function chartOf(key) {
  for (const end = performance.now() + LONGEST_WAIT_MS; performance.now() < end; ) {
    const chart = document.querySelector(`.st-key-${key} .js-plotly-plot`)
    if (chart?.querySelector(".main-svg")) return chart
    await new Promise(requestAnimationFrame)
  }
}

export default function ({ data, parentElement }) {
  parentElement.querySelector(".picture-tools")?.remove()
  const tools = add(parentElement, "div", "picture-tools")
  const kinds = {
    PNG: async picture => toPng(picture),
    SVG: async picture => new Blob([picture.text], { type: "image/svg+xml" }),
  }
  for (const [kind, make] of Object.entries(kinds)) {
    const button = add(tools, "button", "", kind)
    button.type = "button"
    button.setAttribute("aria-label", `Chart as a picture (${kind})`)
    button.onclick = async () => {
      const chart = await chartOf(data.chart)
      if (!chart) return
      const picture = await pictureOf(chart, data)
      give(await make(picture), `${data.file}.${kind.toLowerCase()}`)
    }
  }
}
