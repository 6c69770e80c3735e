import { Card, Stack, Text, Timeline as Lines, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET, type Trade } from '../api/client'
import { useAmounts } from '../parts/Amount'
import { Asked } from '../parts/Answers'
import { When } from '../parts/When'

/** All that happened about a trade, oldest first. */
export function useTimeline(trade: string) {
  return useAsked(['trade', trade, 'timeline'], () => GET('/api/trades/{id}/timeline', { params: { path: { id: trade } } }))
}

/** What happened about a trade as its people care for it, oldest first: its moves, refusals, and its money. */
export function Timeline({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const amount = useAmounts()
  const lines = useTimeline(trade.id)
  return (
    <Card withBorder>
      <Stack>
        <Title order={2} size="h4">
          {t('timeline.title')}
        </Title>
        <Asked answer={lines}>
          {({ items }) => (
            <Lines bulletSize={14} lineWidth={2} active={items.length}>
              {items
                .filter((line) => line.to !== null || ['command', 'money', 'refusal', 'operator'].includes(line.what))
                .map((line) => (
                  <Lines.Item key={line.id} title={line.label}>
                    {line.journals.map((journal) => (
                      <Text key={journal.id} size="sm">
                        {amount(
                          journal.entries.reduce((sum, entry) => sum + Math.max(0, entry.amount), 0),
                          trade.currency,
                        )}
                      </Text>
                    ))}
                    {line.reason && <Text size="sm">{line.reason}</Text>}
                    <Text size="xs" c="dimmed">
                      {line.person ? `${line.person.name} · ` : ''}
                      <When at={line.at} />
                    </Text>
                  </Lines.Item>
                ))}
            </Lines>
          )}
        </Asked>
      </Stack>
    </Card>
  )
}
