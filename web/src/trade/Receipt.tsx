import { Anchor, Button, Card, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { useAsked, useKind } from '../api/asking'
import { GET, type Shape, type Trade } from '../api/client'
import { useMe } from '../api/session'
import { useAmounts } from '../parts/Amount'
import { Asked, Empty } from '../parts/Answers'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { useMoment } from '../parts/When'
import { priceOf } from './priceOf'

type Payment = Shape['PaymentView']
type PayLogLine = Shape['PayLogLine']

/** What was paid for a trade, to keep or to print: a receipt for the buyer, and for the seller what was sold and paid out. */
export default function Receipt() {
  const { id } = useParams()
  const trade = useAsked(['trade', id], () => GET('/api/trades/{id}', { params: { path: { id: id! } } }))
  const payment = useAsked(['trade', id, 'payment'], () => GET('/api/payments/{trade}', { params: { path: { trade: id! } } }))
  return (
    <OnlyFor>
      <Asked answer={trade}>{(trade) => <Asked answer={payment}>{(payment) => <Paper trade={trade} payment={payment} />}</Asked>}</Asked>
    </OnlyFor>
  )
}

function Paper({ trade, payment }: { trade: Trade; payment: Payment }) {
  const { t } = useTranslation()
  const kind = useKind(trade.kind)
  const me = useMe()
  const amount = useAmounts()
  const moment = useMoment()
  const isSeller = trade.seller.id === me?.id
  const last = (...events: string[]) => payment.log.findLast((one) => events.includes(one.event))
  const when = (line: PayLogLine | undefined) => (line ? moment(line.at) : null)
  const money = (minor: number) => amount(minor, payment.currency)
  const isRefunded = payment.state === 'refunding' || payment.state === 'refunded'
  const isPaid = isRefunded || payment.state === 'held' || payment.state === 'paying-out' || payment.state === 'paid-out'
  const confirmed = last('card-hold', 'deposit-confirmed')
  const refund = last('refund-asked')?.amount ?? 0
  const payout = payment.amount - payment.fee
  // A transfer that was never confirmed may have been a part of what was due, and all of it goes back.
  const paid = isRefunded && !confirmed ? refund : payment.amount
  const facts: (readonly [string, string | null])[] = [
    [t('trade.number'), trade.number],
    [kind?.parties.buyer ?? '', trade.buyer.name],
    [kind?.parties.seller ?? '', trade.seller.name],
    [t('receipt.thing'), trade.listing.title],
    [t('receipt.kind'), kind?.title ?? null],
    [t('trade.price'), priceOf(trade, kind, t, money)],
    [t('receipt.means'), t(`receipt.${payment.means as 'card'}`)],
    [t('receipt.paidOn'), when(confirmed ?? last('deposit-arrived', 'deposit-matched'))],
    [t(isSeller ? 'receipt.sale' : 'receipt.paid'), money(paid)],
    ...(isRefunded
      ? ([
          [t('receipt.refunded'), money(refund)],
          [t('receipt.refundedOn'), payment.state === 'refunded' ? when(last('refund-done')) : t('receipt.onItsWay')],
        ] as const)
      : isSeller
        ? ([
            [t('receipt.fee'), payment.fee > 0 ? money(-payment.fee) : null],
            [t('receipt.payout'), money(payout)],
            [t('receipt.paidOutOn'), payout === 0 ? null : payment.state === 'paid-out' ? when(last('pay-out-done')) : t('receipt.notYet')],
          ] as const)
        : []),
  ]
  const title = t(isSeller ? 'receipt.titleOfSeller' : 'receipt.title')
  return isPaid ? (
    <Stack>
      <Group justify="space-between" className="unprinted">
        <Anchor component={Link} to={`/trades/${trade.id}`}>
          {t('receipt.back')}
        </Anchor>
        <Button variant="default" onClick={() => print()}>
          {t('receipt.print')}
        </Button>
      </Group>
      <Card withBorder padding="xl" className="paper" maw="40rem">
        <Stack>
          <Title>{title}</Title>
          <Stack component="dl" gap="xs" m={0}>
            {facts.map(
              ([name, value], place) =>
                name &&
                value && (
                  <Group key={place} justify="space-between" gap="md" wrap="nowrap" align="flex-start">
                    <Text component="dt" c="dimmed" style={{ flexShrink: 0 }}>
                      {name}
                    </Text>
                    <Text component="dd" m={0} ta="right" style={{ overflowWrap: 'anywhere' }}>
                      {value}
                    </Text>
                  </Group>
                ),
            )}
          </Stack>
          <Text size="sm" c="dimmed">
            {t('receipt.issued', { name: t('shell.name'), place: location.host })}
          </Text>
        </Stack>
      </Card>
    </Stack>
  ) : (
    <>
      <Title>{title}</Title>
      <Empty title={t('receipt.none')}>
        <Anchor component={Link} to={`/trades/${trade.id}`}>
          {t('receipt.back')}
        </Anchor>
      </Empty>
    </>
  )
}
