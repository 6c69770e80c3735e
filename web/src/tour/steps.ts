import type { Kind, Trade } from '../api/client'
import { plot } from '../trade/plot'

/** What has to be done for a trade to go on to its good end, and by whom. */
export type Step =
  | { is: 'move'; by: 'buyer' | 'seller'; move: Trade['youMay'][number] }
  | { is: 'send-money' }
  | { is: 'bring' }
  | { is: 'let-pass'; until: string }
  | { is: 'happens' }
  | { is: 'end' }
  | { is: 'elsewhere' }

/** @param sent how much of what is expected has arrived at the bank */
export function nextStep(kind: Kind, asBuyer: Trade, asSeller: Trade, sent: number): Step {
  if (kind.states.some((one) => one.state === asBuyer.state && one.isFinal)) {
    return { is: 'end' }
  }

  const next = plot(kind, asBuyer.state)?.[0]
  if (!next) {
    return { is: 'elsewhere' }
  }

  if (next.by && asBuyer.money.expected > sent) {
    return { is: 'send-money' }
  }

  const due = asBuyer.next.find((one) => one.do === next.do)
  if (next.afterSeconds !== null && due) {
    return { is: 'let-pass', until: due.at }
  }

  const by = next.by === 'seller' ? 'seller' : 'buyer'
  const move = (by === 'seller' ? asSeller : asBuyer).youMay.find((one) => one.do === next.do)
  if (move) {
    return { is: 'move', by, move }
  }

  return next.hears === 'delivered' && asBuyer.delivery === 'under-way' ? { is: 'bring' } : { is: 'happens' }
}
