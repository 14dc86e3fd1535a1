const SVG = "http://www.w3.org/2000/svg"
const NEWS = ["improvement", "concern", "change"]

function draw(parent, tag, attributes) {
  const node = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  parent.appendChild(node)
  return node
}

function mark(parent, meaning, x, y, size, hollow) {
  const shapes = {
    improvement: `M${x - size} ${y + size * 0.8}h${2 * size}L${x} ${y - size}Z`,
    concern: `M${x - size} ${y - size * 0.8}h${2 * size}L${x} ${y + size}Z`,
    change: `M${x} ${y - size}L${x + size} ${y}L${x} ${y + size}L${x - size} ${y}Z`,
  }
  if (shapes[meaning]) draw(parent, "path", { d: shapes[meaning], class: meaning })
  else draw(parent, "circle", { cx: x, cy: y, r: 2.6, class: hollow ? "hollow" : "dot" })
}

function picture(parent, width, height, label) {
  const svg = draw(parent, "svg", { width, height, viewBox: `0 0 ${width} ${height}` })
  if (label) { svg.setAttribute("role", "img"); svg.setAttribute("aria-label", label) }
  else svg.setAttribute("aria-hidden", "true")
  return svg
}

function sparkline(cell, spark, label) {
  const svg = picture(cell, spark.width, spark.height, label)
  draw(svg, "path", { d: spark.band, class: "band" })
  draw(svg, "path", { d: spark.mean, class: "mean" })
  draw(svg, "path", { d: spark.line, class: "line" })
  draw(svg, "path", { d: spark.dashed, class: "line dashed" })
  for (const p of spark.points) mark(svg, p.meaning, p.x, p.y, p.latest ? 5 : 3.4, p.hollow)
}

function row(body, item, open) {
  const line = add(body, "tr")
  const name = add(line, "th", "name")
  name.scope = "row"
  const button = add(name, "button", "", item.title)
  button.onclick = event => { event.stopPropagation(); open(item.id) }
  line.onclick = () => open(item.id)
  if (item.note) add(name, "div", "note", item.note)
  const figure = add(line, "td", item.is_quiet ? "figure quiet" : "figure")
  add(figure, "span", item.is_word ? "word" : "", item.figure)
  if (item.interval) add(figure, "div", "note", item.interval)
  add(line, "td", "count", item.count)
  const spark = add(line, "td", "spark")
  if (item.spark) sparkline(spark, item.spark, item.spark_label)
  const verdict = add(add(line, "td", "verdict"), "div")
  const isNews = NEWS.includes(item.variation)
  if (isNews) mark(picture(verdict, 18, 18, ""), item.variation, 9, 9, 7)
  add(verdict, "span", isNews ? "" : "quiet", item.phrase)
}

function attention(parent, said, open) {
  const part = add(parent, "section", "attention")
  const heading = add(part, "h2", "", said.heading)
  if (said.chance) add(heading, "span", "note", said.chance)
  const list = add(part, "ul")
  for (const item of said.rows) {
    const line = add(list, "li")
    mark(picture(line, 18, 18, ""), item.variation, 9, 9, 7)
    const words = add(line, "div")
    const button = add(words, "button", "", item.title)
    button.onclick = () => open(item.id)
    if (item.note) add(words, "span", "note aside", item.note)
    add(words, "div", "sentence", item.sentence)
  }
  if (said.rest) add(part, "div", "note", said.rest)
}

function legend(parent, key) {
  const list = add(parent, "ul", "key")
  for (const { mark: kind, says } of key) {
    const item = add(list, "li")
    const svg = picture(item, 18, 14, "")
    if (kind === "band") draw(svg, "path", { d: "M0 1H18V13H0Z", class: "band" })
    else if (kind === "mean") draw(svg, "path", { d: "M0 7H18", class: "mean" })
    else mark(svg, kind, 9, 7, 4.5, kind === "provisional")
    add(item, "span", "", says)
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.querySelector(".board")?.remove()
  const board = add(parentElement, "div", "board")
  for (const [name, colour] of Object.entries(data.palette)) {
    board.style.setProperty(`--${name}`, colour)
  }
  const open = id => setTriggerValue("opened", id)
  attention(board, data.attention, open)
  legend(board, data.key)
  const table = add(board, "table")
  add(table, "caption", "", data.caption)
  const heads = add(add(table, "thead"), "tr")
  for (const head of data.columns) add(heads, "th", "", head).scope = "col"
  for (const family of data.families) {
    const body = add(table, "tbody")
    const heading = add(add(body, "tr", "family"), "th", "", family.title)
    heading.scope = "rowgroup"
    heading.colSpan = data.columns.length
    for (const item of family.rows) row(body, item, open)
  }
}
