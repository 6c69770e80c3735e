import type { Kind } from '../api/client'

type Move = Kind['moves'][number]

export const start = 'start'

/**
 * The moves from a state to a good end, as the table of the kind has them: the seller is paid, nothing goes back, and no operator is needed. Of several
 * ways it is the one on which the least is left to time, with the fewest moves of people.
 */
export function plot(kind: Kind, from: string): Move[] | null {
  const isEnd = (state: string) => kind.states.some((one) => one.state === state && one.isFinal)
  const does = (move: Move, verb: string) => move.ask.includes(verb) || move.first.includes(verb)
  const ways: Move[][] = []
  const walk = (at: string, way: Move[]) => {
    if (isEnd(at)) {
      ways.push(way)
      return
    }

    const been = [from, ...way.map((move) => move.to)]
    for (const move of kind.moves) {
      if (move.from.includes(at) && !been.includes(move.to) && move.by !== 'operator' && !does(move, 'refund')) {
        walk(move.to, [...way, move])
      }
    }
  }

  walk(from, [])
  // What was paid out before stays paid out: a way from there need not pay again.
  const paid = (way: Move[]) => way.some((move) => does(move, 'pay-out'))
  const good = ways.some(paid) ? ways.filter(paid) : ways
  const cost = (way: Move[]) => 100 * way.filter((move) => move.afterSeconds !== null).length + 10 * way.filter((move) => move.by).length - way.length
  return good.sort((one, other) => cost(one) - cost(other))[0] ?? null
}
