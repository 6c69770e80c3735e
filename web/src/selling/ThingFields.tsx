import { NumberInput, SimpleGrid, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Kind } from '../api/client'
import { useAmounts } from '../parts/Amount'
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
  const amount = useAmounts()
  const set = (part: Partial<Thing>) => onChange({ ...thing, ...part })
  const minor = thing.price === '' ? 0 : Math.round(thing.price * 10 ** digitsOf(kind.currency))
  const fee = Math.floor((minor * kind.feePermille) / 1000)
  const receives =
    minor > 0 &&
    t(kind.price === 'each' ? 'selling.fields.receives' : 'selling.fields.receivesPer', {
      amount: amount(minor - fee, kind.currency),
      fee: amount(fee, kind.currency),
      percent: kind.feePermille / 10,
      per: kind.per,
    })
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
          description={receives}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
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
