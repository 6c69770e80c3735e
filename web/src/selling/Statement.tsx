import { Anchor, Button, Card, Group, Select, SimpleGrid, Stack, Table, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useAsked, useKind, useKinds } from '../api/asking'
import { GET, type Refusal, type Shape } from '../api/client'
import { everyPart, useList } from '../api/lists'
import { useAmounts } from '../parts/Amount'
import { useNow } from '../api/session'
import { digitsOf } from '../parts/currencies'
import { Asked, Empty, Refused } from '../parts/Answers'
import { Chart, colors } from '../parts/Chart'
import { More } from '../parts/More'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { When } from '../parts/When'
import { saveCsv } from './csv'
import { ExpectedPayouts } from './ExpectedPayouts'
import { Places } from './Places'

const mostMonths = 24

const totals = ['received', 'owed', 'paid', 'paidBack'] as const

/** One's money: every line of the ledger that is one's own, and what they come to. */
export default function Statement() {
  const { t } = useTranslation()
  const amount = useAmounts()
  const [wanted, want] = useSearchParams()
  const month = wanted.get('month') ?? undefined
  const statement = useList(['trade', 'statement', month], (cursor) =>
    GET('/api/my/statement', { params: { query: { ...(month ? { month } : {}), ...(cursor ? { cursor } : {}) } } }),
  )
  return (
    <OnlyFor>
      <Stack>
        <Title>{t('selling.statement.title')}</Title>
        <Places />
        <ExpectedPayouts />
        <Group align="flex-end" justify="space-between">
          <Month month={month} choose={(chosen) => want(chosen ? { month: chosen } : {})} />
          <Save month={month} />
        </Group>
        <Asked answer={statement} empty={({ items }) => items.length === 0 && <Empty title={t(month ? 'selling.statement.noneInMonth' : 'selling.statement.none')} />}>
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

/** The months that a statement can be of, the newest first. */
function Month({ month, choose }: { month: string | undefined; choose: (month: string | null) => void }) {
  const { t, i18n } = useTranslation()
  const now = new Date(useNow()())
  const name = new Intl.DateTimeFormat(i18n.language, { year: 'numeric', month: 'long' })
  const months = Array.from({ length: mostMonths }, (_, back) => new Date(now.getFullYear(), now.getMonth() - back, 1)).map(nameOf)
  return (
    <Select
      label={t('selling.statement.month')}
      placeholder={t('selling.statement.all')}
      clearable
      clearButtonProps={{ 'aria-label': t('selling.statement.all') }}
      value={month ?? null}
      data={(month && !months.includes(month) ? [month, ...months] : months).map((value) => ({ value, label: name.format(new Date(`${value}-01T12:00`)) }))}
      onChange={choose}
    />
  )
}

/** A month as the market names it. */
function nameOf(first: Date) {
  return `${first.getFullYear()}-${String(first.getMonth() + 1).padStart(2, '0')}`
}

/** Everything of the month, and not only the part that is shown, for a spreadsheet. */
function Save({ month }: { month: string | undefined }) {
  const { t } = useTranslation()
  const kinds = useKinds().data?.items ?? []
  const save = useMutation<void, Refusal>({
    mutationFn: async () => {
      const parts = await everyPart((cursor) => GET('/api/my/statement', { params: { query: { limit: 100, ...(month ? { month } : {}), ...(cursor ? { cursor } : {}) } } }))
      const currency = parts[0]!.currency
      const major = (minor: number) => minor / 10 ** digitsOf(currency)
      saveCsv(`${t('selling.statement.title')} ${month ?? ''}`.trim(), [
        [
          t('selling.statement.at'),
          t('trade.number'),
          t('receipt.kind'),
          t('selling.statement.what'),
          `${t('selling.statement.moved')} (${currency})`,
          `${t('selling.statement.owed')} (${currency})`,
        ],
        ...parts
          .flatMap(({ items }) => items)
          .map((line) => [
            // As ISO 8601, which every spreadsheet reads as a time.
            new Date(line.at).toLocaleString('sv'),
            line.number,
            kinds.find((kind) => kind.kind === line.kind)?.title ?? line.kind,
            t(`selling.statement.events.${line.event as 'card-hold'}`, { defaultValue: line.event }),
            line.account === 'seller-payable' ? '' : major(line.amount),
            line.account === 'seller-payable' ? major(line.amount) : '',
          ]),
      ])
    },
  })
  return (
    <Stack gap="xs">
      <Button variant="default" loading={save.isPending} onClick={() => save.mutate()}>
        {t('selling.statement.csv')}
      </Button>
      {save.error && <Refused refusal={save.error} />}
    </Stack>
  )
}

/** The lines that are shown, day by day; of one day the table says enough. */
function Days({ lines, currency }: { lines: Shape['StatementLine'][]; currency: string }) {
  const { t, i18n } = useTranslation()
  const amount = useAmounts()
  const date = new Intl.DateTimeFormat(i18n.language, { month: 'numeric', day: 'numeric' })
  const days = new Map<number, { in: number; out: number }>()
  lines
    .filter((line) => line.account !== 'seller-payable')
    .toReversed()
    .forEach(({ at, amount }) => {
      const from = new Date(at).setHours(0, 0, 0, 0)
      const day = days.get(from) ?? { in: 0, out: 0 }
      days.set(from, { in: day.in + Math.max(0, amount), out: day.out + Math.min(0, amount) })
    })
  return (
    days.size > 1 && (
      <Chart
        label={t('selling.statement.chart')}
        rows={[...days].map(([from, day]) => ({ name: date.format(from), values: [day.in, day.out] }))}
        series={[
          { name: t('selling.statement.in'), color: colors.first, stack: 'day' },
          { name: t('selling.statement.out'), color: colors.second, stack: 'day' },
        ]}
        format={(minor) => amount(minor, currency)}
      />
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
          {line.number} · <When at={line.at} />
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
