import { Card, Stack, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET, type Kind, type Trade } from '../api/client'

/** How far a trade is, in the words of its kind: the states it was in, the one it is in, and those of the shortest way to a good end. */
export function StateBar({ trade, kind }: { trade: Trade; kind: Kind }) {
  const { t } = useTranslation()
  const lines = useAsked(['trade', trade.id, 'timeline'], () => GET('/api/trades/{id}/timeline', { params: { path: { id: trade.id } } }))
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
          {wayToGoodEnd(kind, trade.state).map((state) => (
            <li key={state} data-is="ahead">
              {label(state)}
            </li>
          ))}
        </ol>
      </Stack>
    </Card>
  )
}

/** The states after one, by the fewest moves of people to an end in which the seller is paid. */
export function wayToGoodEnd(kind: Kind, from: string): string[] {
  const ways: string[][] = [[from]]
  const seen = new Set([from])
  const isPaid = (to: string) =>
    kind.states.some((one) => one.state === to && one.isFinal) && kind.moves.some((row) => row.to === to && row.by !== 'operator' && row.ask.includes('pay-out'))
  const paidOnTheWay = kind.moves.filter((row) => row.ask.includes('pay-out') || row.first.includes('pay-out')).map((row) => row.to)
  for (let way = ways.shift(); way; way = ways.shift()) {
    const at = way.at(-1)!
    const isEnd = kind.states.some((one) => one.state === at && one.isFinal)
    if (isEnd && (isPaid(at) || way.some((state) => paidOnTheWay.includes(state)))) {
      return way.slice(1)
    }

    for (const row of kind.moves.filter((one) => one.from.includes(at) && one.by !== 'operator' && one.afterSeconds === null)) {
      if (!seen.has(row.to)) {
        seen.add(row.to)
        ways.push([...way, row.to])
      }
    }
  }

  return []
}
