import { useTranslation } from 'react-i18next'
import { digitsOf } from './currencies'

/** Money as people write it; won as the server writes them in notices. @param minor in minor units of the currency */
export function useAmounts() {
  const { t, i18n } = useTranslation()
  return (minor: number, currency: string) => {
    const digits = digitsOf(currency)
    if (currency === 'KRW') {
      return `${minor < 0 ? '-' : ''}${t('amount.won', { amount: new Intl.NumberFormat(i18n.language).format(Math.abs(minor)) })}`
    }

    return new Intl.NumberFormat(i18n.language, { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(minor / 10 ** digits)
  }
}

/** A price as people write it, which may be none. @param minor in minor units of the currency */
export function usePrices() {
  const { t } = useTranslation()
  const amount = useAmounts()
  return (minor: number, currency: string) => (minor === 0 ? t('listing.free') : amount(minor, currency))
}

export function Amount({ minor, currency }: { minor: number; currency: string }) {
  return <>{useAmounts()(minor, currency)}</>
}
