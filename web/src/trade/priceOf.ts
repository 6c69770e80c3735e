import type { TFunction } from 'i18next'
import type { Kind, Trade } from '../api/client'

/** How the amount of a trade comes about: ₩10,000 × 2 pieces × 3 days. */
export function priceOf(trade: Trade, kind: Kind | undefined, t: TFunction, money: (minor: number) => string) {
  return [
    money(trade.listing.price),
    ...(trade.quantity > 1 ? [t('ask.pieces', { count: trade.quantity })] : []),
    ...(trade.periods > 1 && kind ? [t(`units.${kind.price as 'hour'}`, { count: trade.periods })] : []),
  ].join(' × ')
}
