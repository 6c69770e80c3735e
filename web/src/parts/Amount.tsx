import { useTranslation } from 'react-i18next'
import { digitsOf } from './currencies'

/** Money as people write it. @param minor in minor units of the currency */
export function useAmounts() {
  const { i18n } = useTranslation()
  return (minor: number, currency: string) => {
    const digits = digitsOf(currency)
    return new Intl.NumberFormat(i18n.language, { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(minor / 10 ** digits)
  }
}

export function Amount({ minor, currency }: { minor: number; currency: string }) {
  return <>{useAmounts()(minor, currency)}</>
}
