const INITIAL = /^./

// what a cell means, for the eye (a shape) and for the ear (the words)
function state(cell, isLater) {
  if (!cell) return { shape: "", words: isLater ? "still to come" : "not expected" }
  const [arrived, expected] = cell
  if (arrived === expected) return { shape: "whole", words: "whole" }
  if (!arrived) return { shape: "nothing", words: "nothing arrived" }
  return { shape: "part", words: `${arrived} of ${expected} days` }
}

function mark(parent, cell, shape) {
  const box = add(parent, "i", shape)
  if (shape === "part") {
    // at least a line of each, or one missing day would look whole
    const share = Math.min(Math.max(cell[0] / cell[1], 0.15), 0.8)
    box.style.setProperty("--share", `${100 * share}%`)
  }
}

function line(body, item, months, className) {
  const row = add(body, "tr", className)
  const name = add(row, "th", "name")
  name.scope = "row"
  add(name, "span", "", item.name)
  if (item.says) add(name, "span", "says", item.says)
  item.cells.forEach((cell, index) => {
    const { shape, words } = state(cell, index > item.last)
    const box = add(row, "td", index % 12 ? "" : "april")
    if (shape) mark(box, cell, shape)
    add(box, "span", "heard", words)
    box.title = `${item.name}, ${months[index]}: ${words}`
  })
  return row
}

function source(table, item, months) {
  const body = add(table, "tbody")
  line(body, item.line, months, "source")
  for (const sender of item.senders) line(body, sender, months, "sender")
  if (!item.folded.length) return
  const row = add(body, "tr", "sender")
  const head = add(row, "th", "name")
  head.scope = "row"
  add(row, "td", "april").colSpan = months.length
  const button = add(head, "button", "", item.fold)
  button.setAttribute("aria-expanded", "false")
  const opened = item.folded.map(sender => line(body, sender, months, "sender"))
  const turn = isOpen => {
    button.setAttribute("aria-expanded", String(isOpen))
    for (const sender of opened) sender.hidden = !isOpen
  }
  turn(false)
  button.onclick = () => turn(opened[0].hidden)
}

function absent(table, item, months) {
  const row = add(add(table, "tbody"), "tr", "source")
  const name = add(row, "th", "name", item.name)
  name.scope = "row"
  const says = add(row, "td", "never")
  says.colSpan = months.length || 1
  add(says, "span", "", item.says)
}

function heads(table, data) {
  const head = add(table, "thead")
  const years = add(head, "tr")
  const corner = add(years, "th", "name", "Source")
  corner.scope = "col"
  corner.rowSpan = 2
  for (const year of data.years) {
    const named = add(years, "th", "year april", year)
    named.scope = "colgroup"
    named.colSpan = 12
  }
  const months = add(head, "tr")
  data.months.forEach((month, index) => {
    const named = add(months, "th", index % 12 ? "month" : "month april")
    named.scope = "col"
    add(named, "span", "", month.match(INITIAL)[0]).setAttribute("aria-hidden", "true")
    add(named, "span", "heard", month)
  })
}

function legend(parent, key) {
  const list = add(parent, "ul", "key")
  for (const { cell, says } of key) {
    const item = add(list, "li")
    const { shape } = state(cell)
    if (shape) mark(item, cell, shape)
    add(item, "span", "", says)
  }
  return list
}

export default function ({ data, parentElement }) {
  // drawn again only if the data changes: the reader may have scrolled or opened a line
  const drawn = JSON.stringify(data)
  if (parentElement.drawn === drawn) return
  parentElement.drawn = drawn
  parentElement.querySelector(".grid")?.remove()
  const grid = add(parentElement, "div", "grid")
  for (const [name, colour] of Object.entries(data.palette)) {
    grid.style.setProperty(`--${name}`, colour)
  }
  const key = legend(grid, data.key)
  const box = add(grid, "div", "box")
  box.tabIndex = 0
  box.setAttribute("role", "region")
  box.setAttribute("aria-label", data.caption)
  const table = add(box, "table")
  add(table, "caption", "heard", data.caption)
  if (data.months.length) heads(table, data)
  for (const item of data.sources) source(table, item, data.months)
  for (const item of data.absent) absent(table, item, data.months)
  // the latest months are in sight; earlier ones are scrolled to
  box.scrollLeft = box.scrollWidth
  if (box.scrollLeft) add(key, "li", "more", data.more)
}
