// Draws the states of a kind from top to bottom: layers by how far a state is from the beginning, long edges through gaps, fewest crossings that a few sweeps find.
const space = 'http://www.w3.org/2000/svg';
const height = 40;
const gapX = 22;
const gapY = 44;

function make(name, attributes, ...content) {
  const element = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...content);
  return element;
}

// Korean letters are about twice as wide as Latin ones.
const widthOf = (label) => Math.max(56, 26 + [...label].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 13.5 : 7.6), 0));

/** An SVG of a kind; its trace(state) lights up what leads in and out of one state. */
export function flow(kind, actorOf, description) {
  const names = ['start', ...kind.states.map((state) => state.state)];
  const edges = [];
  for (const move of kind.moves) {
    for (const from of move.from) {
      if (!edges.some((edge) => edge.from === from && edge.to === move.to)) edges.push({ from, to: move.to, actor: actorOf(move) });
    }
  }

  const layer = layers(names, edges);
  const nodes = new Map(names.map((name) => {
    const state = kind.states.find((one) => one.state === name);
    return [name, { name, layer: layer.get(name), width: state ? widthOf(state.label) : 16, label: state?.label, isFinal: state?.isFinal }];
  }));
  const rows = [];
  for (const node of nodes.values()) (rows[node.layer] ??= []).push(node);
  const links = [];
  for (const edge of edges) {
    const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
    edge.chain = [from];
    if (to.layer > from.layer) {
      for (let at = from.layer + 1; at < to.layer; at++) {
        const gap = { layer: at, width: 6, isGap: true };
        rows[at].push(gap);
        edge.chain.push(gap);
      }
    }
    edge.chain.push(to);
    for (let at = 1; at < edge.chain.length; at++) links.push([edge.chain[at - 1], edge.chain[at]]);
  }

  order(rows, links);
  const width = place(rows, links);
  const svg = make('svg', { class: 'flow', role: 'img', 'aria-label': description, viewBox: `-12 -6 ${width + 24} ${rows.length * (height + gapY) - gapY + 12}` },
    make('defs', {}, make('marker', { id: 'tip', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse', markerUnits: 'userSpaceOnUse' }, make('path', { d: 'M0 0 8 4 0 8 2 4z' }))));
  for (const edge of edges) {
    edge.path = make('path', { class: `edge ${edge.actor}`, d: route(edge.chain, width), 'marker-end': 'url(#tip)' });
    svg.append(edge.path);
  }
  for (const node of nodes.values()) {
    node.drawn = node.name === 'start'
      ? make('g', {}, make('circle', { cx: node.x, cy: node.y + height / 2, r: 8 }))
      : make('g', { class: node.isFinal ? 'final' : '' },
        make('rect', { x: node.x - node.width / 2, y: node.y, width: node.width, height, rx: node.isFinal ? 20 : 10 }),
        make('text', { x: node.x, y: node.y + height / 2 }, node.label));
    node.drawn.addEventListener('mouseenter', () => svg.trace(node.name));
    node.drawn.addEventListener('mouseleave', () => svg.trace(null));
    svg.append(node.drawn);
  }

  svg.trace = (name) => {
    svg.classList.toggle('tracing', name !== null);
    for (const edge of edges) edge.path.classList.toggle('on', edge.from === name);
    for (const node of nodes.values()) node.drawn.classList.toggle('on', node.name === name || edges.some((edge) => edge.from === name && edge.to === node.name));
  };
  return svg;
}

/** How far each state is from the beginning at most, not counting ways back. */
function layers(names, edges) {
  const [layer, open] = [new Map(names.map((name) => [name, 0])), new Set()];
  const visit = (name, depth) => {
    if (open.has(name) || (depth < layer.get(name) && depth > 0) || depth > names.length) return;
    layer.set(name, Math.max(layer.get(name), depth));
    open.add(name);
    for (const edge of edges.filter((one) => one.from === name)) visit(edge.to, depth + 1);
    open.delete(name);
  };
  visit('start', 0);
  return layer;
}

function order(rows, links) {
  rows.forEach((row) => row.forEach((node, at) => { node.at = at; }));
  for (let sweep = 0; sweep < 12; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      for (const node of row) {
        const beside = links.filter(([from, to]) => (down ? to : from) === node).map(([from, to]) => (down ? from : to)).filter((other) => other.layer !== node.layer);
        node.wish = beside.length ? beside.reduce((sum, other) => sum + (other.at + 0.5) / rows[other.layer].length, 0) / beside.length : (node.at + 0.5) / row.length;
      }
      row.sort((a, b) => a.wish - b.wish).forEach((node, at) => { node.at = at; });
    }
  }
}

/** Gives every node its place; answers the width of the whole. */
function place(rows, links) {
  const widthOfRow = (row) => row.reduce((sum, node) => sum + node.width + gapX, -gapX);
  const width = Math.max(300, ...rows.map(widthOfRow));
  rows.forEach((row, at) => {
    let x = (width - widthOfRow(row)) / 2;
    for (const node of row) {
      node.x = x + node.width / 2;
      node.y = at * (height + gapY);
      x += node.width + gapX;
    }
  });

  // Then each goes as near as its neighbours in the row let it to the middle of what it is linked with.
  for (let sweep = 0; sweep < 20; sweep++) {
    for (const row of rows) {
      row.forEach((node, at) => {
        const linked = links.flatMap(([from, to]) => (from === node ? [to] : to === node ? [from] : [])).filter((other) => other.layer !== node.layer);
        if (linked.length === 0) return;
        const wish = linked.reduce((sum, other) => sum + other.x, 0) / linked.length;
        const least = at > 0 ? row[at - 1].x + row[at - 1].width / 2 + gapX + node.width / 2 : node.width / 2;
        const most = at < row.length - 1 ? row[at + 1].x - row[at + 1].width / 2 - gapX - node.width / 2 : width - node.width / 2;
        node.x = Math.min(Math.max(wish, least), most);
      });
    }
  }
  return width;
}

/** The way of an edge: down through its gaps, or round the side when it leads back or stays on its level. */
function route(chain, width) {
  const [from, to] = [chain[0], chain.at(-1)];
  if (to.layer <= from.layer) {
    const side = (from.x + to.x) / 2 > width / 2 ? 1 : -1;
    const [x1, y1, x2, y2] = [from.x + side * from.width / 2, from.y + height / 2, to.x + side * to.width / 2, to.y + height / 2];
    const out = (side > 0 ? Math.max(x1, x2) : Math.min(x1, x2)) + side * (18 + 6 * (from.layer - to.layer));
    return `M${x1} ${y1}C${out} ${y1} ${out} ${y2} ${x2 + side * 2} ${y2}`;
  }
  const start = from.name === 'start' ? from.y + height / 2 + 8 : from.y + height;
  let path = `M${from.x} ${start}`;
  let [x, y] = [from.x, start];
  for (const node of chain.slice(1)) {
    const end = node.isGap ? node.y : node.y - 2;
    const middle = (y + end) / 2;
    path += `C${x} ${middle} ${node.x} ${middle} ${node.x} ${end}`;
    [x, y] = [node.x, end];
    if (node.isGap) {
      y = node.y + height;
      path += `L${x} ${y}`;
    }
  }
  return path;
}
