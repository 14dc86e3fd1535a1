function row(body, item) {
  const line = add(body, "tr")
  const what = add(line, "th", "what")
  what.scope = "row"
  add(what, "div", "", item.title)
  add(what, "div", "note", item.says)
  add(line, "td", "", item.export)
  const where = add(line, "td")
  if (item.places.length) {
    const more = add(where, "details")
    add(more, "summary", "", item.where)
    const list = add(more, "ul", "note")
    for (const place of item.places) add(list, "li", "", place)
  } else add(where, "span", "", item.where)
  add(line, "td", "", item.when)
  add(line, "td", "count", item.rows)
  add(line, "td", "example", item.example)
}

export default function ({ data, parentElement }) {
  // drawn again only if the data changes: the reader may have opened a list of places
  const drawn = JSON.stringify(data)
  if (parentElement.drawn === drawn) return
  parentElement.drawn = drawn
  parentElement.querySelector("table")?.remove()
  const table = add(parentElement, "table")
  for (const [name, colour] of Object.entries(data.palette)) {
    table.style.setProperty(`--${name}`, colour)
  }
  add(table, "caption", "", data.caption)
  const heads = add(add(table, "thead"), "tr")
  for (const head of data.columns) {
    add(heads, "th", head === "Rows" ? "count" : "", head).scope = "col"
  }
  for (const group of data.groups) {
    const body = add(table, "tbody")
    const heading = add(add(body, "tr", "group"), "th", "", group.title)
    heading.scope = "rowgroup"
    heading.colSpan = data.columns.length
    for (const item of group.rows) row(body, item)
  }
}
