import { Card, Stack, Text, Timeline as Lines, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET, type Trade } from '../api/client'
import { useAmounts } from '../parts/Amount'
import { Asked } from '../parts/Answers'
import { When } from '../parts/When'

/** All that happened about a trade that its people care for, oldest first. */
export function Timeline({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const amount = useAmounts()
  const lines = useAsked(['trade', trade.id, 'timeline'], () => GET('/api/trades/{id}/timeline', { params: { path: { id: trade.id } } }))
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
                .filter((line) => line.what !== 'command' && line.what !== 'question')
                .map((line) => (
                  <Lines.Item key={line.id} title={line.label}>
                    {line.amount !== null && line.amount > 0 && <Text size="sm">{amount(line.amount, trade.currency)}</Text>}
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
