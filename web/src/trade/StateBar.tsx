import { Card, Stack, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Kind, Trade } from '../api/client'
import { plot } from './plot'
import { useTimeline } from './Timeline'

/** How far a trade is, in the words of its kind: the states it was in, the one it is in, and those on its way to a good end. */
export function StateBar({ trade, kind }: { trade: Trade; kind: Kind }) {
  const { t } = useTranslation()
  const lines = useTimeline(trade.id)
  const label = (state: string) => kind.states.find((one) => one.state === state)?.label ?? state
  const been = lines.data?.items.flatMap((line) => (line.to && line.to !== line.from ? [line.to] : [])) ?? []
  const past = been.filter((state, index) => state !== trade.state || index < been.length - 1).filter((state, index, all) => all.indexOf(state) === index && state !== trade.state)
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('states.title')}
        </Title>
        <ol className="states">
          {past.map((state) => (
            <li key={state} data-is="past">
              {label(state)}
            </li>
          ))}
          <li data-is="now" aria-current="step">
            {trade.label}
          </li>
          {plot(kind, trade.state)?.map(({ to }) => (
            <li key={to} data-is="ahead">
              {label(to)}
            </li>
          ))}
        </ol>
      </Stack>
    </Card>
  )
}
