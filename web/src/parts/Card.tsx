import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const cards = ['ok', 'declined', 'slow', 'times-out-after-charging', 'down'] as const

interface Given {
  label: string
  value: string
  onChange: (card: string) => void
  error?: string | undefined
}

/** The cards of the sandbox, each with what it does. A provider's own field stands here when there is one: what is sent is a token either way. */
export function Card({ label, value, onChange, error }: Given) {
  const { t } = useTranslation()
  return (
    <Select
      label={label}
      description={t('card.sandbox')}
      allowDeselect={false}
      value={value}
      data={cards.map((card) => ({ value: card, label: t(`card.${card}`) }))}
      onChange={(card) => onChange(card!)}
      error={error}
    />
  )
}
