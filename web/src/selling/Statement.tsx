import { Anchor, Card, SimpleGrid, Skeleton, Stack, Table, Text } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAsked, useKind } from '../api/asking'
import { GET, type Shape } from '../api/client'
import { useList } from '../api/lists'
import { useAmounts } from '../parts/Amount'
import { Asked, Empty } from '../parts/Answers'
import { More } from '../parts/More'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { When } from '../parts/When'
import type { Day } from './DaysChart'
import { Places } from './Places'

const DaysChart = lazy(() => import('./DaysChart'))

const totals = ['received', 'owed', 'paid', 'paidBack'] as const

/** One's money: every line of the ledger that is one's own, and what they come to. */
export default function Statement() {
  const { t } = useTranslation()
  const amount = useAmounts()
  const statement = useList(['trade', 'statement'], (cursor) => GET('/api/my/statement', { params: { query: cursor ? { cursor } : {} } }))
  return (
    <OnlyFor>
      <Stack>
        <Title>{t('selling.statement.title')}</Title>
        <Places />
        <Asked answer={statement} empty={({ items }) => items.length === 0 && <Empty title={t('selling.statement.none')} />}>
          {({ items, first }) => (
            <>
              <SimpleGrid cols={{ base: 2, sm: 4 }} component="dl" m={0}>
                {first &&
                  totals.map((total) => (
                    <Card key={total} withBorder padding="sm">
                      <Text component="dt" size="sm" c="dimmed">
                        {t(`selling.statement.${total}`)}
                      </Text>
                      <Text component="dd" m={0} fw={700} size="lg">
                        {amount(first.totals[total], first.currency)}
                      </Text>
                    </Card>
                  ))}
              </SimpleGrid>
              <Days lines={items} currency={first?.currency ?? ''} />
              <Table verticalSpacing="xs" striped>
                <Table.Caption>{t('selling.statement.caption')}</Table.Caption>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('selling.statement.what')}</Table.Th>
                    <Table.Th ta="right">{t('selling.statement.moved')}</Table.Th>
                    <Table.Th ta="right">{t('selling.statement.owed')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((line) => (
                    <Line key={line.journal} line={line} currency={first?.currency ?? ''} />
                  ))}
                </Table.Tbody>
              </Table>
            </>
          )}
        </Asked>
        <More of={statement} />
      </Stack>
    </OnlyFor>
  )
}

/** The lines that are shown, day by day; of one day the table says enough. */
function Days({ lines, currency }: { lines: Shape['StatementLine'][]; currency: string }) {
  const { t } = useTranslation()
  const days = new Map<number, Day>()
  lines
    .filter((line) => line.account !== 'seller-payable')
    .toReversed()
    .forEach(({ at, amount }) => {
      const from = new Date(at).setHours(0, 0, 0, 0)
      const day = days.get(from) ?? { from, in: 0, out: 0 }
      days.set(from, { ...day, in: day.in + Math.max(0, amount), out: day.out + Math.min(0, amount) })
    })
  return (
    days.size > 1 && (
      <Suspense fallback={<Skeleton height={180} />}>
        <DaysChart label={t('selling.statement.chart')} days={[...days.values()]} currency={currency} />
      </Suspense>
    )
  )
}

function Line({ line, currency }: { line: Shape['StatementLine']; currency: string }) {
  const { t } = useTranslation()
  const amount = useAmounts()
  const isOwed = line.account === 'seller-payable'
  const sum = `${line.amount > 0 ? '+' : ''}${amount(line.amount, currency)}`
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={isOwed ? 400 : 600}>
          {t(`selling.statement.events.${line.event as 'card-hold'}`, { defaultValue: line.event })}
        </Text>
        <Text size="sm">
          <TradeOf line={line} />
        </Text>
        <Text size="xs" c="dimmed">
          <When at={line.at} />
        </Text>
      </Table.Td>
      <Table.Td ta="right" fw={600} style={{ whiteSpace: 'nowrap' }}>
        {isOwed ? '' : sum}
      </Table.Td>
      <Table.Td ta="right" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
        {isOwed ? sum : ''}
      </Table.Td>
    </Table.Tr>
  )
}

/** What a line is about. A trade keeps the name with which it began, so it is asked for once and never again. */
function TradeOf({ line }: { line: Shape['StatementLine'] }) {
  const { t } = useTranslation()
  const kind = useKind(line.kind)
  const trade = useAsked(['trade-name', line.trade], () => GET('/api/trades/{id}', { params: { path: { id: line.trade } } })).data
  return (
    <Anchor component={Link} to={`/trades/${line.trade}`} inherit>
      {trade?.listing.title ?? kind?.title ?? t('ask.seeTrade')}
    </Anchor>
  )
}
