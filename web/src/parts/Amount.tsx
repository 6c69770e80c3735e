import { useTranslation } from 'react-i18next'

/** Money as people write it. @param minor in minor units of the currency */
export function useAmounts() {
  const { i18n } = useTranslation()
  return (minor: number, currency: string) => new Intl.NumberFormat(i18n.language, { style: 'currency', currency }).format(minor / 10 ** digitsOf(currency))
}

export function Amount({ minor, currency }: { minor: number; currency: string }) {
  return <>{useAmounts()(minor, currency)}</>
}

/** How many digits a currency has behind the point: one unit of it is ten to the power of so many minor units. */
export function digitsOf(currency: string) {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 0
}
