// The first page: asks the same API as everybody and draws what it hears. No library, nothing from elsewhere.
import { flow } from './flow.js';

const words = {
  en: {
    one: 'a single thing', counted: 'counted stock', time: 'time', answer: 'by itself', who: { buyer: 'buyer', seller: 'seller', operator: 'operator' }, after: (s) => `after ${span(s, ['day', 'hour', 'minute'], true)}`,
    operates: 'operates', trades: 'trades', signedIn: (name) => `You are ${name} now. Your trades: `, you: (name) => `You are ${name}`, left: (n) => `${n} left`, gone: 'nothing left', nothing: 'Nothing is on the stalls yet.', endings: 'Ends as', failed: 'The market does not answer right now.', diagram: (title) => `States of ${title}, and what leads from one to the next; the list beside it says the same`, begins: 'Begins with',
  },
  ko: {
    one: '단 하나', counted: '수량 있음', time: '시간', answer: '저절로', who: { buyer: '구매자', seller: '판매자', operator: '운영자' }, after: (s) => `${span(s, ['일', '시간', '분'], false)} 뒤`,
    operates: '운영', trades: '거래', signedIn: (name) => `이제 ${name} 님입니다. 내 거래: `, you: (name) => `${name} 님`, left: (n) => `${n}개 남음`, gone: '남은 것 없음', nothing: '아직 좌판에 나온 물건이 없습니다.', endings: '끝은', failed: '지금은 장터가 대답하지 않습니다.', diagram: (title) => `${title}의 상태와 그 흐름. 옆의 목록에 같은 내용이 있습니다`, begins: '시작',
  },
};

const root = document.documentElement;
const by = (id) => document.getElementById(id);
let kinds = [];
let chosen = location.hash.startsWith('#kind-') ? location.hash.slice(6) : null;
let next = null;

const say = () => words[root.lang];

function span(seconds, units, plural) {
  const [count, unit] = seconds >= 86400 ? [seconds / 86400, units[0]] : seconds >= 3600 ? [seconds / 3600, units[1]] : [Math.round(seconds / 60), units[2]];
  return plural ? `${count} ${unit}${count === 1 ? '' : 's'}` : `${count}${unit}`;
}

/** An element with attributes and content; texts are texts, never markup. */
function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(key, value);
  }
  element.append(...content.filter((part) => part !== null));
  return element;
}

async function ask(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: { 'Accept-Language': root.lang, ...options.headers } });
  if (!answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.status, problem: await answer.json().catch(() => null) });
  return answer.json();
}

function speak(language) {
  root.lang = language;
  for (const button of document.querySelectorAll('[data-language]')) button.setAttribute('aria-pressed', button.dataset.language === language);
}

// Ways of trading

const actorOf = (move) => move.by ?? (move.afterSeconds !== null ? 'time' : 'answer');
const titleOf = (kind, move) => move.by ? kind.parties[move.by] : move.afterSeconds !== null ? say().after(move.afterSeconds) : say().answer;

function showKinds() {
  chosen = kinds.some((kind) => kind.kind === chosen) ? chosen : kinds[0]?.kind;
  by('tabs').replaceChildren(...kinds.map((kind) => make('button', {
    type: 'button', role: 'tab', id: `tab-${kind.kind}`, 'aria-selected': String(kind.kind === chosen), 'aria-controls': 'kind', tabindex: kind.kind === chosen ? 0 : -1,
    onclick: () => choose(kind.kind), onkeydown: (event) => walk(event, kind.kind),
  }, kind.title)));
  const kind = kinds.find((one) => one.kind === chosen);
  if (!kind) return;
  showKind(kind);
  const [tabs, tab] = [by('tabs'), by(`tab-${kind.kind}`)];
  tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.clientWidth) / 2;
}

function choose(kind) {
  chosen = kind;
  history.replaceState(null, '', `#kind-${kind}`);
  showKinds();
  by(`tab-${kind}`).focus({ preventScroll: true });
}

function walk(event, from) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const at = kinds.findIndex((kind) => kind.kind === from);
  choose(kinds[(at + step + kinds.length) % kinds.length].kind);
}

function showKind(kind) {
  const actors = [...new Set(kind.moves.map(actorOf))];
  const graph = flow(kind, actorOf, say().diagram(kind.title));
  const panel = by('kind');
  panel.setAttribute('aria-labelledby', `tab-${kind.kind}`);
  panel.setAttribute('aria-busy', 'false');
  panel.replaceChildren(
    make('h3', {}, kind.title),
    make('ul', { class: 'facts' }, ...[say()[kind.stock], kind.per, `${kind.parties.buyer} ↔ ${kind.parties.seller}`].map((fact) => make('li', {}, fact))),
    make('div', { class: 'split' },
      make('div', { class: 'graph' },
        make('ul', { class: 'legend' }, ...['buyer', 'seller', 'operator', 'time', 'answer'].filter((actor) => actors.includes(actor)).map((actor) => make('li', { class: actor }, kind.parties[actor] ?? say()[actor]))),
        graph),
      make('ol', { class: 'steps' }, ...[null, ...kind.states.filter((state) => !state.isFinal)].map((state) => step(kind, state, graph)), endings(kind, graph))),
  );
}

/** One state with what leads out of it; null is the beginning. */
function step(kind, state, graph) {
  const name = state?.state ?? 'start';
  const leaving = kind.moves.filter((move) => move.from.includes(name));
  return make('li', { onmouseenter: () => graph.trace(name), onmouseleave: () => graph.trace(null) },
    make('b', {}, state ? state.label : say().begins),
    make('ul', {}, ...leaving.map((move) => make('li', {},
      make('span', { class: `who ${actorOf(move)}` }, titleOf(kind, move)), ` ${move.label} `,
      make('span', { class: 'to' }, `→ ${kind.states.find((one) => one.state === move.to)?.label ?? move.to}`)))));
}

function endings(kind, graph) {
  return make('li', { class: 'final' }, make('b', {}, say().endings), make('ul', { class: 'ends' }, ...kind.states.filter((state) => state.isFinal).map((state) =>
    make('li', { onmouseenter: () => graph.trace(state.state), onmouseleave: () => graph.trace(null) }, state.label))));
}

// Listings

const money = (amount, currency) => currency === 'KRW' && root.lang === 'ko' ? `${amount.toLocaleString('ko-KR')}원`
  : currency === 'KRW' ? `₩${amount.toLocaleString('en-US')}` : `${currency} ${(amount / 100).toFixed(2)}`;

async function showListings(more = false) {
  const page = await ask(`/api/listings?limit=12${more && next ? `&cursor=${encodeURIComponent(next)}` : ''}`);
  next = page.next;
  const stalls = page.items.map(stall);
  const place = by('listings');
  if (!more) place.replaceChildren();
  place.append(...(stalls.length === 0 && !more ? [make('p', { class: 'none' }, say().nothing)] : stalls));
  place.setAttribute('aria-busy', 'false');
  by('more').hidden = next === null;
}

function stall(listing) {
  return make('article', { class: 'stall' },
    make('div', { class: 'picture' }, listing.pictures.length > 0
      ? make('img', { src: `/api/pictures/${listing.pictures[0]}`, alt: '', loading: 'lazy' })
      : pattern(listing.id)),
    make('div', { class: 'words' },
      make('h3', {}, listing.title),
      make('p', {}, listing.kindTitle + (listing.place ? ` · ${listing.place.name}` : '')),
      make('p', {}, listing.available === 0 ? say().gone : listing.quantity > 1 ? say().left(listing.available) : ''),
      make('span', { class: 'price' }, money(listing.price, listing.currency), listing.perLabel ? make('small', {}, ` ${listing.perLabel}`) : null)));
}

/** A wrapping cloth instead of a picture: patches whose colours follow from the id, so that a listing always looks the same. */
function pattern(id) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 4 3');
  svg.setAttribute('preserveAspectRatio', 'xMidYMid slice');
  svg.setAttribute('aria-hidden', 'true');
  const digits = id.replaceAll('-', '').split('').reverse().map((digit) => parseInt(digit, 16));
  const hue = digits[0] * 22 + digits[1];
  for (let at = 0; at < 12; at++) {
    const patch = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    const [x, y, wide] = [at % 4, Math.floor(at / 4), digits[at] % 3 === 0 ? 2 : 1];
    for (const [name, value] of Object.entries({ x, y, width: wide, height: 1.02, fill: `hsl(${hue + (digits[at + 2] % 4) * 24} ${32 + digits[at + 3]}% ${52 + digits[at + 5] * 2}%)` })) patch.setAttribute(name, value);
    svg.append(patch);
  }
  return svg;
}

// People

async function showPeople() {
  const people = await ask('/api/sandbox/people').catch(() => null);
  by('people-section').hidden = people === null;
  // Scripts cannot see the cookie, so the page remembers that it has one, and asks nobody's name of a stranger.
  const me = localStorage.getItem('known') ? await ask('/api/people/me').catch(() => null) : null;
  by('me').hidden = me === null;
  by('me').textContent = me ? say().you(me.name) : '';
  by('people').replaceChildren(...(people?.items ?? []).map((person) => make('button', {
    type: 'button', class: `face${person.isOperator ? ' operates' : ''}`, 'aria-pressed': String(person.id === me?.id), onclick: () => become(person.name),
  }, make('i', { 'aria-hidden': 'true' }, person.name[0]), make('span', {}, person.name, make('small', {}, person.isOperator ? say().operates : say().trades)))));
}

async function become(person) {
  try {
    await ask('/api/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ person }) });
    localStorage.setItem('known', 'yes');
    await showPeople();
    by('said').replaceChildren(say().signedIn(person), make('a', { href: '/api/my/trades' }, '/api/my/trades'));
  } catch (failure) {
    by('said').textContent = failure.problem?.title ?? say().failed;
  }
}

// All of it

async function show() {
  by('example').textContent = `curl -s ${location.origin}/api/session -H 'Content-Type: application/json' -d '{"person": "minji"}'\ncurl -s ${location.origin}/api/my/trades -H 'Authorization: Bearer …'`;
  const [first] = await Promise.allSettled([ask('/api/kinds').then((list) => { kinds = list.items; showKinds(); }), showListings(), showPeople()]);
  if (first.status === 'rejected') by('kind').replaceChildren(make('p', { class: 'none' }, say().failed));
}

for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    localStorage.setItem('language', button.dataset.language);
    speak(button.dataset.language);
    show();
  });
}

by('more').addEventListener('click', () => showListings(true));
speak(localStorage.getItem('language') ?? root.lang);
show();
