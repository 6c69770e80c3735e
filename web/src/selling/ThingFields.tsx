import { Checkbox, NativeSelect, NumberInput, SimpleGrid, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Kind } from '../api/client'
import { useAmounts } from '../parts/Amount'
import { digitsOf } from '../parts/currencies'
import { feeOf } from './fee'
import { PlaceField } from './PlaceField'
import type { Thing } from './thing'

interface Given {
  kind: Kind
  thing: Thing
  /** whether it is offered for the first time: a listing from before there were conditions may stay without one */
  isNew?: boolean
  /** what is wrong, by field */
  wrong: Record<string, string>
  onChange: (thing: Thing) => void
}

/** What is said of a thing, as its kind wants it. */
export function ThingFields({ kind, thing, isNew = false, wrong, onChange }: Given) {
  const { t } = useTranslation()
  const amount = useAmounts()
  const set = (part: Partial<Thing>) => onChange({ ...thing, ...part })
  const minor = thing.price === '' ? 0 : Math.round(thing.price * 10 ** digitsOf(kind.currency))
  const fee = feeOf(minor, kind.feePermille)
  const [free, setFree] = useState(thing.price === 0)
  const isFree = kind.mayBeFree && free
  const receives =
    minor > 0 &&
    !kind.mayBeFree &&
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
      {kind.conditions.length > 0 && (
        <NativeSelect
          label={t('listing.condition')}
          required={isNew}
          value={thing.condition}
          data={[
            { value: '', label: t('selling.fields.chooseCondition'), disabled: thing.condition !== '' },
            ...kind.conditions.map(({ condition, label }) => ({ value: condition, label })),
          ]}
          onChange={(event) => set({ condition: event.currentTarget.value })}
          error={wrong.condition}
        />
      )}
      {kind.mayBeFree && (
        <Checkbox
          label={t('selling.fields.free')}
          checked={isFree}
          onChange={({ currentTarget: { checked } }) => {
            setFree(checked)
            set({ price: checked ? 0 : '' })
          }}
        />
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberInput
          label={t('selling.fields.price', { per: kind.per, currency: kind.currency })}
          required
          disabled={isFree}
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
