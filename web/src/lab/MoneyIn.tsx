import { Button, Card, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAsked, useCommand } from '../api/asking'
import { GET, POST, type Shape } from '../api/client'
import { useMe } from '../api/session'
import { useAmounts } from '../parts/Amount'
import { Asked, Refused } from '../parts/Answers'
import { useOpenTrades } from './asked'

function usePayIn() {
  return useCommand((body: Shape['MoneyIn'], key) => POST('/api/sandbox/deposits', { body, params: { header: { 'Idempotency-Key': key } } }), 'trade')
}

/** Money that arrives at the bank of the market: what one's own trades wait for, or any other. */
export function MoneyIn() {
  const { t } = useTranslation()
  const me = useMe()
  const expecting = (useOpenTrades().data?.items ?? []).filter((trade) => trade.buyer.id === me?.id && trade.money.expected > 0)
  const [reference, setReference] = useState('')
  const [amount, setAmount] = useState<number | string>('')
  const pay = usePayIn()
  const wrong = pay.error?.fields ?? {}
  return (
    <Stack gap="sm">
      <Text size="sm">{t('lab.bankWhat')}</Text>
      {expecting.map((trade) => (
        <Card key={trade.id} withBorder padding="sm">
          <Stack gap="xs">
            <Link to={`/trades/${trade.id}`}>{trade.listing.title}</Link>
            <SendExpected trade={trade.id} />
          </Stack>
        </Card>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          pay.mutate({ reference: reference.trim(), amount: Number(amount) })
        }}
      >
        <Stack gap="xs">
          <TextInput label={t('lab.reference')} required maxLength={100} value={reference} onChange={(event) => setReference(event.currentTarget.value)} error={wrong.reference} />
          <NumberInput label={t('lab.amount')} required min={1} allowDecimal={false} hideControls value={amount} onChange={setAmount} error={wrong.amount} />
          {pay.error && <Refused refusal={pay.error} />}
          <Group>
            <Button type="submit" variant="default" loading={pay.isPending}>
              {t('lab.send')}
            </Button>
            {pay.isSuccess && (
              <Text size="sm" role="status">
                {t('lab.sent')}
              </Text>
            )}
          </Group>
        </Stack>
      </form>
    </Stack>
  )
}

/** Sends just what a trade waits for, under its reference. */
export function SendExpected({ trade }: { trade: string }) {
  const { t } = useTranslation()
  const amount = useAmounts()
  const payment = useAsked(['trade', trade, 'payment'], () => GET('/api/payments/{trade}', { params: { path: { trade } } }))
  const pay = usePayIn()
  return (
    <Asked answer={payment}>
      {({ reference, currency, expected, seen }) =>
        seen >= expected ? (
          <Text size="sm" role="status">
            {t('lab.seen', { amount: amount(seen, currency) })}
          </Text>
        ) : (
          <Stack gap="xs" align="flex-start">
            <Text size="sm">{t('lab.expects', { amount: amount(expected - seen, currency), reference })}</Text>
            <Button size="compact-md" loading={pay.isPending} disabled={!reference} onClick={() => pay.mutate({ reference: reference!, amount: expected - seen })}>
              {t('lab.sendAmount', { amount: amount(expected - seen, currency) })}
            </Button>
            {pay.error && <Refused refusal={pay.error} />}
          </Stack>
        )
      }
    </Asked>
  )
}
