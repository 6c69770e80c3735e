import { useTranslation } from 'react-i18next'

/** Money as people write it. @param minor in minor units of the currency */
export function useAmounts() {
  const { i18n } = useTranslation()
  return (minor: number, currency: string) => {
    const format = new Intl.NumberFormat(i18n.language, { style: 'currency', currency })
    return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 0))
  }
}

export function Amount({ minor, currency }: { minor: number; currency: string }) {
  return <>{useAmounts()(minor, currency)}</>
}
