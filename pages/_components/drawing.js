// Marks, sparklines and their key, for every table of indicators.
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
  for (const point of spark.points) {
    const size = point.latest ? 5 : 3.4
    mark(svg, point.meaning, point.x, point.y, size, point.hollow)
  }
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

function explained(parent, terms) {
  const box = add(parent, "details")
  add(box, "summary", "", "What these words mean")
  const list = add(box, "dl")
  for (const [term, text] of terms) {
    add(list, "dt", "", term)
    add(list, "dd", "", text)
  }
}

function boardIn(parentElement, palette) {
  parentElement.querySelector(".board")?.remove()
  const board = add(parentElement, "div", "board")
  for (const [name, colour] of Object.entries(palette)) {
    board.style.setProperty(`--${name}`, colour)
  }
  return board
}
