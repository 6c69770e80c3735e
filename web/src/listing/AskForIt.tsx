import { Alert, Button, NumberInput, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useCommand, useKind } from '../api/asking'
import { POST, type Listing, type Shape } from '../api/client'
import { useAmounts, usePrices } from '../parts/Amount'
import { Refused, Waiting } from '../parts/Answers'
import { Card } from '../parts/Card'
import { useKept } from '../parts/kept'
import { LinkButton } from '../parts/LinkButton'

/** The id of the form, for what leads there. */
export const askFor = 'ask'

/** What a kind of trade needs to begin, as its table says, and what it will cost. @param onAsk the buyer has pressed the button */
export function AskForIt({ listing, onAsk }: { listing: Listing; onAsk: () => void }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const amount = useAmounts()
  const written = usePrices()
  const kind = useKind(listing.kind)
  const [kept, keep, forget] = useKept<Record<string, string | number>>(`ask ${listing.id}`, {})
  const [card, setCard] = useState<Record<string, string>>({})
  const given = { ...kept, ...card }
  const [lowered, setLowered] = useState(false)
  // What is sent is the price that was seen: a new one is shown, and asked for.
  const [seen, accept] = useState(listing.price)
  const ask = useCommand((body: Shape['NewTrade'], key) => POST('/api/trades', { body, params: { header: { 'Idempotency-Key': key } } }), 'listing', 'trade')
  if (!kind) {
    return <Waiting />
  }

  const needs = kind.begin.needs
  const wrong = ask.error?.fields ?? {}
  const has = (name: string) => needs.some((need) => need.name === name)
  const quantity = has('quantity') ? Number(given.quantity ?? 1) : 1
  const periods = has('periods') ? Number(given.periods ?? 1) : 1
  const price = [written(seen, listing.currency), ...(has('periods') ? [t('listing.per', { per: listing.perLabel })] : [])].join(' ')
  const set = (name: string) => (value: string | number) => {
    keep((before) => ({ ...before, [name]: value }))
    setLowered(false)
  }

  // No order is for more than there are: the field goes down to what is left, and says so.
  const most = Math.max(1, listing.available)
  const corrects = () => {
    const possible = Math.min(Math.max(quantity, 1), most)
    if (possible === quantity) {
      return false
    }

    keep((before) => ({ ...before, quantity: possible }))
    setLowered(quantity > most)
    return true
  }

  const send = () => {
    onAsk()
    ask.mutate(
      {
        listing: listing.id,
        price: seen,
        ...Object.fromEntries(needs.map(({ name, type }) => [name, type === 'number' ? Number(given[name] ?? 1) : type === 'card' ? (given[name] ?? 'ok') : (given[name] ?? '')])),
        ...(given.note ? { note: given.note as string } : {}),
      },
      {
        onSuccess: (trade) => {
          forget()
          void go(`/trades/${trade.id}`)
        },
      },
    )
  }

  const changed = listing.price !== seen
  // A heard "no" carries the trade as it now is; the one that the buyer has already is named by its id.
  const now = ask.error?.problem.trade as { id: string } | string | null | undefined
  return (
    <form
      id={askFor}
      onSubmit={(event) => {
        event.preventDefault()
        if (!corrects()) {
          send()
        }
      }}
    >
      <Stack>
        {needs.map(({ name, type, label }) =>
          name === 'quantity' ? (
            <div key={name}>
              <NumberInput
                label={label}
                min={1}
                max={most}
                clampBehavior="none"
                allowDecimal={false}
                allowNegative={false}
                required
                value={given.quantity ?? 1}
                onChange={set(name)}
                onBlur={corrects}
                error={wrong[name]}
              />
              <Text size="sm" mt={4} role="status">
                {lowered && listing.available > 0 && t('ask.lowered', { count: most })}
              </Text>
            </div>
          ) : type === 'number' ? (
            <NumberInput
              key={name}
              label={label}
              min={1}
              clampBehavior="strict"
              allowDecimal={false}
              required
              value={Number(given[name] ?? 1)}
              onChange={set(name)}
              error={wrong[name]}
            />
          ) : type === 'card' ? (
            <Card key={name} label={label} value={String(given[name] ?? 'ok')} onChange={(token) => setCard({ [name]: token })} error={wrong[name]} />
          ) : (
            <TextInput
              key={name}
              label={label}
              required
              maxLength={300}
              value={String(given[name] ?? '')}
              onChange={(event) => set(name)(event.currentTarget.value)}
              error={wrong[name]}
            />
          ),
        )}
        <Textarea
          label={t('ask.note')}
          autosize
          maxLength={1000}
          value={String(given.note ?? '')}
          onChange={(event) => set('note')(event.currentTarget.value)}
          error={wrong.note}
        />
        <Stack gap={2}>
          <Text size="sm">
            {[price, ...(has('quantity') ? [t('ask.pieces', { count: quantity })] : []), ...(has('periods') ? [t(`units.${kind.price as 'hour'}`, { count: periods })] : [])].join(
              ' × ',
            )}
          </Text>
          <Text fw={700} size="lg">
            {t('ask.total', { amount: amount(seen * quantity * periods, listing.currency) })}
          </Text>
        </Stack>
        {changed && (
          <Alert color="orange" role="alert" title={t('ask.priceChanged', { before: amount(seen, listing.currency), now: amount(listing.price, listing.currency) })}>
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                accept(listing.price)
                ask.reset()
              }}
            >
              {t('ask.acceptPrice', { amount: amount(listing.price, listing.currency) })}
            </Button>
          </Alert>
        )}
        {ask.error && ask.error.code !== 'price-changed' && <Refused refusal={ask.error} />}
        {ask.error?.problem.status === 503 && <Text size="sm">{t('ask.notBegun')}</Text>}
        {!!ask.error?.problem.left && <Text size="sm">{t('ask.left', { count: ask.error.problem.left })}</Text>}
        {now && (
          <LinkButton to={`/trades/${typeof now === 'string' ? now : now.id}`} variant="default">
            {t('ask.seeTrade')}
          </LinkButton>
        )}
        <Button type="submit" size="md" loading={ask.isPending} disabled={changed}>
          {kind.begin.label}
        </Button>
        {ask.isPending && (
          <Text size="sm" role="status">
            {t('ask.asking')}
          </Text>
        )}
      </Stack>
    </form>
  )
}
