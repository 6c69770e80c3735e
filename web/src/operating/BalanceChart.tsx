import { Bar, BarChart, LabelList, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { useAmounts } from '../parts/Amount'

interface Balance {
  name: string
  amount: number
}

/** What the market holds, as bars. The table below it says the same in figures, so it is a picture and nothing to be operated. */
export default function BalanceChart({ label, balances, currency }: { label: string; balances: Balance[]; currency: string }) {
  const amount = useAmounts()
  return (
    <div role="img" aria-label={label} style={{ height: 40 * balances.length + 16 }}>
      <ResponsiveContainer>
        <BarChart layout="vertical" data={balances} accessibilityLayer={false} margin={{ left: 0, right: 96, top: 4, bottom: 4 }}>
          <XAxis type="number" hide />
          <YAxis type="category" dataKey="name" width={128} tickLine={false} axisLine={false} tick={{ fill: 'var(--mantine-color-text)', fontSize: 13 }} />
          <Bar dataKey="amount" fill="var(--mantine-primary-color-filled)" radius={4} barSize={20} isAnimationActive={false}>
            <LabelList dataKey="amount" position="right" fill="var(--mantine-color-text)" fontSize={13} formatter={(sum: unknown) => amount(Number(sum), currency)} />
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </div>
  )
}
