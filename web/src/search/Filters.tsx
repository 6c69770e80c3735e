import { NumberInput, Select, SimpleGrid, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Kind } from '../api/client'
import { digitsOf } from '../parts/currencies'
import type { Sort } from './Search'

interface Filtering {
  /** The address of the page, which holds what is looked for. */
  wanted: URLSearchParams
  currency: string | undefined
  sorts: readonly Sort[]
  sort: Sort
  /** Those that things may have; undefined where no kind that is looked for asks for one, or the kinds are not known yet. */
  conditions: Kind['conditions'] | undefined
  /** Changes the address at once. */
  want: (changes: Record<string, string | null>) => void
  /** Changes the address when nothing has been typed for a moment. */
  wantSoon: (changes: Record<string, string | null>) => void
}

/** What narrows a search down, and its order. */
export default function Filters({ wanted, currency, sorts, sort, conditions, want, wantSoon }: Filtering) {
  const { t } = useTranslation()
  const condition = wanted.get('condition')
  return (
    <SimpleGrid className="filters" cols={{ base: 2, sm: 3, md: 5 }}>
      {(['min', 'max'] as const).map((bound) => (
        <NumberInput
          key={bound}
          label={t(`search.${bound}`)}
          min={0}
          hideControls
          decimalScale={currency ? digitsOf(currency) : 0}
          defaultValue={wanted.get(bound) ?? ''}
          onChange={(value) => wantSoon({ [bound]: String(value) })}
        />
      ))}
      <Select
        label={t('search.sort')}
        allowDeselect={false}
        value={sort}
        data={sorts.map((value) => ({ value, label: t(`search.sorts.${value}`) }))}
        onChange={(value) => want({ sort: value })}
      />
      {(conditions || condition) && (
        <Select
          label={t('listing.condition')}
          placeholder={t('search.every')}
          clearable
          value={condition}
          data={conditions?.map(({ condition: value, label }) => ({ value, label }))}
          onChange={(chosen) => want({ condition: chosen })}
        />
      )}
      <Switch
        label={t('search.available')}
        checked={wanted.get('available') === 'true'}
        onChange={(event) => want({ available: event.currentTarget.checked ? 'true' : null })}
        mb={8}
      />
    </SimpleGrid>
  )
}
