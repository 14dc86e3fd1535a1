function cell(line, item) {
  const figure = add(line, "td", item.is_quiet ? "figure quiet" : "figure")
  add(figure, "span", item.has_figure ? "" : "word", item.figure)
  const below = [item.interval || item.unit, item.count && `n ${item.count}`, item.note]
  const note = below.filter(Boolean).join(", ")
  if (note) add(figure, "div", "note", note)
  const drawn = add(line, "td", "picture")
  if (item.spark) sparkline(drawn, item.spark, item.spark_label)
  if (!NEWS.includes(item.variation)) return
  const said = add(drawn, "div", "note")
  mark(picture(said, 14, 14, ""), item.variation, 7, 7, 5.5)
  add(said, "span", "", item.verdict)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const board = boardIn(parentElement, data.palette)
  legend(board, data.key)
  explained(board, data.help)
  const table = add(board, "table")
  add(table, "caption", "", data.caption)
  const heads = add(add(table, "thead"), "tr")
  add(heads, "th", "", "Indicator").scope = "col"
  for (const area of data.areas) {
    const head = add(heads, "th", "area", area)
    head.scope = "colgroup"
    head.colSpan = 2
  }
  for (const family of data.families) {
    const body = add(table, "tbody")
    const heading = add(add(body, "tr", "family"), "th", "", family.title)
    heading.scope = "rowgroup"
    heading.colSpan = 1 + 2 * data.areas.length
    for (const item of family.rows) {
      const line = add(body, "tr")
      const name = add(line, "th", "name")
      name.scope = "row"
      const open = () => setTriggerValue("opened", item.id)
      const button = add(name, "button", "", item.title)
      button.onclick = event => { event.stopPropagation(); open() }
      line.onclick = open
      for (const own of item.cells) cell(line, own)
    }
  }
}
