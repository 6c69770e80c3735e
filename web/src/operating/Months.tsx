import { SimpleGrid } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET, type Shape } from '../api/client'
import { useAmounts } from '../parts/Amount'
import { Asked, Empty } from '../parts/Answers'
import { Chart, colors } from '../parts/Chart'
import { Figures, Section } from './parts'

/** What the market did month by month: what buyers paid and what the market kept as charts, and every figure in a table. */
export function Turnover() {
  const { t } = useTranslation()
  const months = useAsked(['operating', 'months'], () => GET('/api/operator/payments/ledger/months'))
  return (
    <Section title={t('operating.months.title')}>
      <Asked answer={months} empty={({ items }) => items.length === 0 && <Empty title={t('operating.ledger.none')} />}>
        {({ items, currency }) => <Sums months={items} currency={currency} />}
      </Asked>
    </Section>
  )
}

const sums = ['turnover', 'refunded', 'paidOut', 'fees'] as const

function Sums({ months, currency }: { months: Shape['MonthView'][]; currency: string }) {
  const { t } = useTranslation()
  const { short, long } = useMonthNames()
  const amount = useAmounts()
  const all = everyMonth(months, (month) => ({ month, turnover: 0, refunded: 0, paidOut: 0, fees: 0 }))
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {(['turnover', 'fees'] as const).map((sum) => (
          <Chart
            key={sum}
            label={t(`operating.months.chart.${sum}`)}
            rows={all.map((month) => ({ name: short(month.month), values: [month[sum]] }))}
            series={[{ name: t(`operating.months.${sum}`), color: colors.first }]}
            format={(minor) => amount(minor, currency)}
          />
        ))}
      </SimpleGrid>
      <Figures
        label={t('operating.months.title')}
        heads={[t('operating.months.month'), ...sums.map((sum) => t(`operating.months.${sum}`))]}
        rows={months.map((month) => ({ name: long(month.month), cells: sums.map((sum) => amount(month[sum], currency)) }))}
      />
    </>
  )
}

/** The disputes that were opened month by month, and how those ended that ended. */
export function Disputes() {
  const { t } = useTranslation()
  const months = useAsked(['operating', 'disputes'], () => GET('/api/operator/trading/disputes/months'))
  return (
    <Section title={t('operating.disputes.title')}>
      <Asked answer={months} empty={({ items }) => items.length === 0 && <Empty title={t('operating.disputes.none')} />}>
        {({ items }) => <Counts months={items} />}
      </Asked>
    </Section>
  )
}

const drawn = ['opened', 'forBuyer', 'forSeller', 'otherwise'] as const
const counted = [...drawn, 'byTime'] as const

function Counts({ months }: { months: Shape['DisputeMonth'][] }) {
  const { t, i18n } = useTranslation()
  const { short, long } = useMonthNames()
  const number = new Intl.NumberFormat(i18n.language)
  const all = everyMonth(months, (month) => ({ month, opened: 0, forBuyer: 0, forSeller: 0, otherwise: 0, byTime: 0 }))
  const shades = Object.values(colors)
  return (
    <>
      <Chart
        label={t('operating.disputes.chart')}
        rows={all.map((month) => ({ name: short(month.month), values: drawn.map((count) => month[count]) }))}
        series={drawn.map((count, index) => ({ name: t(`operating.disputes.${count}`), color: shades[index]!, stack: count === 'opened' ? 'opened' : 'ended' }))}
        format={(count) => number.format(count)}
      />
      <Figures
        label={t('operating.disputes.title')}
        heads={[t('operating.months.month'), ...counted.map((count) => t(`operating.disputes.${count}`))]}
        rows={months.map((month) => ({ name: long(month.month), cells: counted.map((count) => number.format(month[count])) }))}
      />
    </>
  )
}

/** The months from the oldest to the newest, those in which nothing happened too. */
function everyMonth<M extends { month: string }>(newestFirst: M[], empty: (month: string) => M) {
  const known = new Map(newestFirst.map((month) => [month.month, month]))
  const all: M[] = []
  const newest = newestFirst[0]!.month
  for (const day = new Date(newestFirst.at(-1)!.month); ; day.setUTCMonth(day.getUTCMonth() + 1)) {
    const month = day.toISOString().slice(0, 7)
    all.push(known.get(month) ?? empty(month))
    if (month >= newest) {
      return all
    }
  }
}

/** The name of a month, such as 2026-11, in a table and, shorter, in a chart. */
function useMonthNames() {
  const { i18n } = useTranslation()
  const naming = (year: 'numeric' | '2-digit') => {
    const format = new Intl.DateTimeFormat(i18n.language, { year, month: 'short', timeZone: 'UTC' })
    return (month: string) => format.format(new Date(month))
  }
  return { long: naming('numeric'), short: naming('2-digit') }
}
