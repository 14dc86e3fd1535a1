// What the keyboard reaches: noted at each step, checked when all steps are done.
window.keyboard = (() => {
  const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex]"
  const UNSEEN = "transparent"
  // each element, and how it looked when it had the focus
  const reached = new Map()

  const focused = () => {
    let one = document.activeElement
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
    return one === document.body ? null : one
  }
  const name = one => {
    const said = one.getAttribute("aria-label") ?? one.innerText ?? ""
    const place = one.closest("[data-testid]")?.dataset.testid ?? ""
    return `${place} ${said.replace(/\s+/g, " ").trim().slice(0, 60)}`.trim()
  }
  // of the element and those around it: a frame may show the focus of its field
  const look = one => {
    const said = []
    for (let at = one, up = 0; at && up < 4; up += 1) {
      const { outline, boxShadow, borderColor } = getComputedStyle(at)
      said.push(outline, boxShadow, borderColor)
      at = at.parentElement ?? at.getRootNode().host
    }
    return said.join("; ")
  }
  const path = one => {
    const up = []
    for (let at = one; at; at = at.parentNode ?? at.host) up.unshift(at)
    return up
  }
  const isBefore = (one, other) => {
    const [first, second] = [path(one), path(other)]
    const fork = first.findIndex((node, place) => node !== second[place])
    if (fork < 0 || !second[fork]) return fork < 0
    const follows = Node.DOCUMENT_POSITION_FOLLOWING
    return Boolean(first[fork].compareDocumentPosition(second[fork]) & follows)
  }
  const all = root => [...root.querySelectorAll("*")].flatMap(one => [
    ...(one.matches(CONTROLS) ? [one] : []),
    ...(one.shadowRoot ? all(one.shadowRoot) : []),
  ])
  // from the first of several radio buttons, arrows lead to the others
  const isNext = one => one.role === "radio"
    && one.closest("[role=radiogroup]")?.querySelector("[role=radio]") !== one
  const isOffered = one => one.tabIndex >= 0 && !one.disabled && one.type !== "file"
    && !isNext(one) && one.checkVisibility({ visibilityProperty: true })
  const standing = () => [...reached.keys()].filter(one => one.isConnected)

  return {
    // the name of the focused element, and whether it was focused before
    step() {
      const one = focused()
      if (!one) return ["", false]
      const isKnown = reached.has(one)
      const isSeen = one.checkVisibility({ opacityProperty: true })
      if (!isKnown) reached.set(one, isSeen ? look(one) : UNSEEN)
      return [name(one), isKnown]
    },
    unreached() {
      const names = new Set([...reached.keys()].map(name))
      return all(document).filter(isOffered).map(name).filter(one => !names.has(one))
    },
    // a canvas draws by itself which of the cells in it has the focus
    unmarked() {
      focused()?.blur()
      const drawn = standing().filter(one => !one.closest("canvas"))
      return drawn.filter(one => [look(one), UNSEEN].includes(reached.get(one))).map(name)
    },
    disordered() {
      const order = standing()
      return order.slice(1).filter((one, place) => !isBefore(order[place], one)).map(name)
    },
  }
})()
