import { NumberInput, SimpleGrid, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Kind } from '../api/client'
import { digitsOf } from '../parts/currencies'
import { PlaceField } from './PlaceField'
import type { Thing } from './thing'

interface Given {
  kind: Kind
  thing: Thing
  /** what is wrong, by field */
  wrong: Record<string, string>
  onChange: (thing: Thing) => void
}

/** What is said of a thing, as its kind wants it. */
export function ThingFields({ kind, thing, wrong, onChange }: Given) {
  const { t } = useTranslation()
  const set = (part: Partial<Thing>) => onChange({ ...thing, ...part })
  return (
    <>
      <TextInput
        label={t('selling.fields.title')}
        required
        maxLength={120}
        value={thing.title}
        onChange={(event) => set({ title: event.currentTarget.value })}
        error={wrong.title}
      />
      <Textarea
        label={t('selling.fields.description')}
        description={t('selling.fields.descriptionHow')}
        autosize
        minRows={3}
        maxLength={4000}
        value={thing.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
        error={wrong.description}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberInput
          label={t('selling.fields.price', { per: kind.per, currency: kind.currency })}
          required
          min={0}
          thousandSeparator=","
          decimalScale={digitsOf(kind.currency)}
          value={thing.price}
          onChange={(price) => set({ price: price === '' ? '' : Number(price) })}
          error={wrong.price}
        />
        {kind.stock === 'counted' && (
          <NumberInput
            label={t('selling.fields.quantity')}
            required
            min={1}
            allowDecimal={false}
            value={thing.quantity}
            onChange={(quantity) => set({ quantity: quantity === '' ? '' : Number(quantity) })}
            error={wrong.quantity}
          />
        )}
      </SimpleGrid>
      <PlaceField where={thing.place} onChange={(place) => set({ place })} wrong={wrong} />
    </>
  )
}
