import type { Kind } from '../api/client'

/** Where everything of a diagram stands: the states of a kind from top to bottom, and the ways between them. */
export interface Flow {
  width: number
  height: number
  nodes: Node[]
  edges: Edge[]
}

export interface Node {
  name: string
  label: string
  isStart: boolean
  isFinal: boolean
  x: number
  y: number
  width: number
}

export interface Edge {
  from: string
  to: string
  actor: string
  path: string
}

/** A state, or the gap through which a long way passes a row. */
interface Place {
  name: string | null
  row: number
  width: number
  x: number
  y: number
  at: number
}

interface Way {
  from: string
  to: string
  actor: string
  chain: Place[]
}

export const nodeHeight = 40
const gapX = 22
const gapY = 44

// Korean letters are about twice as wide as Latin ones.
const widthOf = (label: string) => Math.max(56, 26 + [...label].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 13.5 : 7.6), 0))

/** Rows by how far a state is from the beginning, long ways through gaps, as few crossings as some sweeps find. */
export function layOut(kind: Kind, actorOf: (move: Kind['moves'][number]) => string): Flow {
  const label = new Map(kind.states.map((state) => [state.state, state.label]))
  const names = ['start', ...kind.states.map((state) => state.state)]
  const ways: Way[] = []
  for (const move of kind.moves) {
    for (const from of move.from as string[]) {
      if (!ways.some((way) => way.from === from && way.to === move.to)) {
        ways.push({ from, to: move.to, actor: actorOf(move), chain: [] })
      }
    }
  }

  const depth = depths(names, ways)
  const places = new Map(names.map((name): [string, Place] => [name, { name, row: depth.get(name)!, width: label.has(name) ? widthOf(label.get(name)!) : 16, x: 0, y: 0, at: 0 }]))
  const rows: Place[][] = Array.from({ length: Math.max(...depth.values()) + 1 }, () => [])
  places.forEach((place) => rows[place.row]!.push(place))
  const links: [Place, Place][] = []
  for (const way of ways) {
    const [from, to] = [places.get(way.from)!, places.get(way.to)!]
    way.chain = [from]
    for (let row = from.row + 1; row < to.row; row++) {
      const gap: Place = { name: null, row, width: 6, x: 0, y: 0, at: 0 }
      rows[row]!.push(gap)
      way.chain.push(gap)
    }

    way.chain.push(to)
    way.chain.slice(1).forEach((place, at) => links.push([way.chain[at]!, place]))
  }

  sort(rows, links)
  const width = put(rows, links)
  return {
    width,
    height: rows.length * (nodeHeight + gapY) - gapY,
    nodes: [...places].map(([name, place]) => ({
      name,
      label: label.get(name) ?? '',
      isStart: name === 'start',
      isFinal: kind.states.some((state) => state.state === name && state.isFinal),
      x: place.x,
      y: place.y,
      width: place.width,
    })),
    edges: ways.map((way) => ({ from: way.from, to: way.to, actor: way.actor, path: draw(way.chain, width) })),
  }
}

/** How far each state is from the beginning at most, not counting ways back. */
function depths(names: string[], ways: Way[]) {
  const depth = new Map(names.map((name) => [name, 0]))
  const open = new Set<string>()
  const visit = (name: string, steps: number) => {
    if (open.has(name) || (steps < depth.get(name)! && steps > 0) || steps > names.length) {
      return
    }

    depth.set(name, Math.max(depth.get(name)!, steps))
    open.add(name)
    ways.filter((way) => way.from === name).forEach((way) => visit(way.to, steps + 1))
    open.delete(name)
  }

  visit('start', 0)
  return depth
}

/** Sweeps down and up: each place goes to where those that it is linked with stand on average. */
function sort(rows: Place[][], links: [Place, Place][]) {
  rows.forEach((row) => row.forEach((place, at) => (place.at = at)))
  for (let sweep = 0; sweep < 12; sweep++) {
    const down = sweep % 2 === 0
    for (const row of down ? rows : [...rows].reverse()) {
      const wish = new Map(
        row.map((place) => {
          const beside = links
            .filter(([from, to]) => (down ? to : from) === place)
            .map(([from, to]) => (down ? from : to))
            .filter((other) => other.row !== place.row)
          const share = (other: Place) => (other.at + 0.5) / rows[other.row]!.length
          return [place, beside.length > 0 ? beside.reduce((sum, other) => sum + share(other), 0) / beside.length : share(place)]
        }),
      )
      row.sort((a, b) => wish.get(a)! - wish.get(b)!).forEach((place, at) => (place.at = at))
    }
  }
}

/** Gives every place its point; answers the width of the whole. */
function put(rows: Place[][], links: [Place, Place][]) {
  const widthOfRow = (row: Place[]) => row.reduce((sum, place) => sum + place.width + gapX, -gapX)
  const width = Math.max(300, ...rows.map(widthOfRow))
  rows.forEach((row, at) => {
    let x = (width - widthOfRow(row)) / 2
    for (const place of row) {
      place.x = x + place.width / 2
      place.y = at * (nodeHeight + gapY)
      x += place.width + gapX
    }
  })

  // Then each goes as near as its neighbours in the row let it to the middle of what it is linked with.
  for (let sweep = 0; sweep < 20; sweep++) {
    for (const row of rows) {
      row.forEach((place, at) => {
        const linked = links.flatMap(([from, to]) => (from === place ? [to] : to === place ? [from] : [])).filter((other) => other.row !== place.row)
        if (linked.length === 0) {
          return
        }

        const [before, after] = [row[at - 1], row[at + 1]]
        const wish = linked.reduce((sum, other) => sum + other.x, 0) / linked.length
        const least = before ? before.x + before.width / 2 + gapX + place.width / 2 : place.width / 2
        const most = after ? after.x - after.width / 2 - gapX - place.width / 2 : width - place.width / 2
        place.x = Math.min(Math.max(wish, least), most)
      })
    }
  }

  return width
}

/** Down through its gaps; or round the side when it leads back or stays on its row. */
function draw(chain: Place[], width: number) {
  const [from, to] = [chain[0]!, chain.at(-1)!]
  if (to.row <= from.row) {
    const side = (from.x + to.x) / 2 > width / 2 ? 1 : -1
    const [x1, y1] = [from.x + (side * from.width) / 2, from.y + nodeHeight / 2]
    const [x2, y2] = [to.x + (side * to.width) / 2, to.y + nodeHeight / 2]
    const out = (side > 0 ? Math.max(x1, x2) : Math.min(x1, x2)) + side * (18 + 6 * (from.row - to.row))
    return `M${x1} ${y1}C${out} ${y1} ${out} ${y2} ${x2 + side * 2} ${y2}`
  }

  let [x, y] = [from.x, from.name === 'start' ? from.y + nodeHeight / 2 + 8 : from.y + nodeHeight]
  let path = `M${x} ${y}`
  for (const place of chain.slice(1)) {
    const end = place.name === null ? place.y : place.y - 2
    const middle = (y + end) / 2
    path += `C${x} ${middle} ${place.x} ${middle} ${place.x} ${end}`
    ;[x, y] = [place.x, end]
    if (place.name === null) {
      y = place.y + nodeHeight
      path += `L${x} ${y}`
    }
  }

  return path
}
