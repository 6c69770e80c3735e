import { Bar, BarChart, LabelList, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import type { Drawing } from './Chart'

const text = { fill: 'var(--mantine-color-text)', fontSize: 12 }
const bare = { tickLine: false, axisLine: false, tick: text }

/** Draws a chart. It is a module of its own because drawing takes more script than all the rest of a page: it is fetched when a chart is shown. */
export default function Bars({ rows, series, format, beside = false }: Drawing) {
  const most = beside ? { barSize: 20 } : { maxBarSize: 36 }
  return (
    <ResponsiveContainer>
      <BarChart
        layout={beside ? 'vertical' : 'horizontal'}
        data={rows}
        stackOffset="sign"
        accessibilityLayer={false}
        margin={beside ? { left: 0, right: 96, top: 4, bottom: 4 } : { left: 0, right: 0, top: 8, bottom: 0 }}
      >
        {beside ? <XAxis type="number" hide /> : <XAxis dataKey="name" {...bare} />}
        {beside ? <YAxis type="category" dataKey="name" width={128} {...bare} /> : <YAxis width="auto" allowDecimals={false} tickFormatter={format} {...bare} />}
        {series.map(({ name, color, stack }, index) => (
          <Bar key={name} dataKey={(row: Drawing['rows'][number]) => row.values[index]} stackId={stack} fill={color} radius={4} isAnimationActive={false} {...most}>
            {beside && <LabelList position="right" {...text} formatter={(value: unknown) => format(Number(value))} />}
          </Bar>
        ))}
      </BarChart>
    </ResponsiveContainer>
  )
}
