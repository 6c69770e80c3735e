import { ColorSwatch, Group, Skeleton, Text } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { orElse } from './Boundary'

// The table says the same, so that a chart which cannot be fetched is left out.
const Bars = lazy(
  orElse(
    () => import('./Bars'),
    () => null,
  ),
)

const height = 180

export interface Drawing {
  rows: { name: string; values: number[] }[]
  /** A value of each row; those of the same stack stand on each other. */
  series: { name: string; color: string; stack?: string }[]
  format: (value: number) => string
  /** Each bar stands beside its name, which may be long. Otherwise there is a column for each row, as for days and months. */
  beside?: boolean
}

/** Figures as bars. A table on the page says the same, so a chart is a picture with a name, and nothing to be operated. */
export function Chart({ label, ...drawing }: Drawing & { label: string }) {
  const { rows, series, beside } = drawing
  return (
    <div>
      <div role="img" aria-label={label} style={{ height: beside ? 40 * rows.length + 16 : height }}>
        <Suspense fallback={<Skeleton height="100%" />}>
          <Bars {...drawing} />
        </Suspense>
      </div>
      {!beside && (
        <Group component="ul" gap="md" p={0} m={0} style={{ listStyle: 'none' }}>
          {series.map(({ name, color }) => (
            <Group key={name} component="li" gap={6} wrap="nowrap">
              <ColorSwatch color={color} size={12} withShadow={false} aria-hidden />
              <Text size="sm">{name}</Text>
            </Group>
          ))}
        </Group>
      )}
    </div>
  )
}

export const colors = {
  first: 'var(--mantine-primary-color-filled)',
  second: 'var(--mantine-color-orange-7)',
  third: 'var(--mantine-color-indigo-6)',
  fourth: 'var(--mantine-color-gray-6)',
}
