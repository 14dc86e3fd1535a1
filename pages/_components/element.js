// Text goes in through textContent alone: names and reasons come from files.
function add(parent, tag, className, text) {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text) node.textContent = text
  parent.appendChild(node)
  return node
}
