import { Bar, BarChart, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { useTranslation } from 'react-i18next'
import { useAmounts } from '../parts/Amount'

export interface Day {
  /** its first moment, where the reader is */
  from: number
  in: number
  out: number
}

/** What came in and went out, day by day. The table below it says the same in figures, so it is a picture and nothing to be operated. */
export default function DaysChart({ label, days, currency }: { label: string; days: Day[]; currency: string }) {
  const { i18n } = useTranslation()
  const amount = useAmounts()
  const date = new Intl.DateTimeFormat(i18n.language, { month: 'numeric', day: 'numeric' })
  const axis = { tickLine: false, axisLine: false, tick: { fill: 'var(--mantine-color-text)', fontSize: 12 } }
  return (
    <div role="img" aria-label={label} style={{ height: 180 }}>
      <ResponsiveContainer>
        <BarChart data={days} stackOffset="sign" accessibilityLayer={false} margin={{ left: 0, right: 0, top: 8, bottom: 0 }}>
          <XAxis dataKey="from" tickFormatter={(from: number) => date.format(from)} {...axis} />
          <YAxis width={88} tickFormatter={(minor: number) => amount(minor, currency)} {...axis} />
          <Bar dataKey="in" stackId="day" fill="var(--mantine-primary-color-filled)" radius={4} maxBarSize={36} isAnimationActive={false} />
          <Bar dataKey="out" stackId="day" fill="var(--mantine-color-orange-7)" radius={4} maxBarSize={36} isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </div>
  )
}
