function others(cell, figures) {
  for (const { figure, whose } of figures) {
    const line = add(cell, "div")
    add(line, "span", "", figure)
    add(line, "span", "whose", whose)
  }
}

function row(body, item, open, hasOthers) {
  const line = add(body, "tr")
  const name = add(line, "th", "name")
  name.scope = "row"
  const button = add(name, "button", "", item.title)
  button.onclick = event => { event.stopPropagation(); open(item.id) }
  line.onclick = () => open(item.id)
  if (item.note) add(name, "div", "note", item.note)
  const figure = add(line, "td", item.is_quiet ? "figure quiet" : "figure")
  add(figure, "span", item.has_figure ? "" : "word", item.figure)
  const below = item.interval || item.unit
  if (below) add(figure, "div", "note", below)
  add(line, "td", "count", item.count)
  if (hasOthers) others(add(line, "td", "others"), item.others)
  const spark = add(line, "td", "spark")
  if (item.spark) sparkline(spark, item.spark, item.spark_label)
  const verdict = add(add(line, "td", "verdict"), "div")
  const isNews = NEWS.includes(item.variation)
  if (isNews) mark(picture(verdict, 18, 18, ""), item.variation, 9, 9, 7)
  const words = add(verdict, "div", isNews ? "" : "quiet")
  add(words, "div", "", item.phrase)
  if (item.has_counterweight) add(words, "div", "note", item.read_with)
  line.title = [item.sentence, item.read_with].filter(Boolean).join("\n")
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

export default function ({ data, parentElement, setTriggerValue }) {
  const board = boardIn(parentElement, data.palette)
  const open = id => setTriggerValue("opened", id)
  attention(board, data.attention, open)
  legend(board, data.key)
  explained(board, data.help)
  const table = add(board, "table")
  add(table, "caption", "", data.caption)
  const heads = add(add(table, "thead"), "tr")
  for (const [head, kind] of data.columns) add(heads, "th", kind, head).scope = "col"
  const hasOthers = data.columns.some(([, kind]) => kind === "others")
  for (const family of data.families) {
    const body = add(table, "tbody")
    const heading = add(add(body, "tr", "family"), "th", "", family.title)
    heading.scope = "rowgroup"
    heading.colSpan = data.columns.length
    for (const item of family.rows) row(body, item, open, hasOthers)
  }
}
