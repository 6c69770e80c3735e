import { Badge, Box, Card, Group, Stack, Tabs, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { GET, type Shape } from '../api/client'
import { useList } from '../api/lists'
import { Cover } from '../listing/Cover'
import { Amount } from '../parts/Amount'
import { Asked, Empty } from '../parts/Answers'
import { LinkButton } from '../parts/LinkButton'
import { More } from '../parts/More'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { When } from '../parts/When'

const standings = ['your-move', 'waiting', 'done'] as const
const counts = { 'your-move': 'yourMove', waiting: 'waiting', done: 'done' } as const

/** All that somebody has to do with, of every kind, in one list: what waits for them first. */
export default function MyTrades() {
  const { t } = useTranslation()
  const [wanted, want] = useSearchParams()
  const standing = standings.find((one) => one === wanted.get('show')) ?? 'your-move'
  const trades = useList(['trade', 'mine', standing], (cursor) => GET('/api/my/trades', { params: { query: { state: standing, ...(cursor ? { cursor } : {}) } } }))
  const count = trades.data?.first?.counts
  return (
    <OnlyFor>
      <Stack>
        <Title>{t('trades.title')}</Title>
        <Tabs value={standing} onChange={(show) => want({ show: show! })}>
          <Tabs.List>
            {standings.map((one) => (
              <Tabs.Tab
                key={one}
                value={one}
                rightSection={
                  count ? (
                    <Badge size="sm" color={one === 'your-move' && count.yourMove > 0 ? 'red.8' : 'gray.7'}>
                      {count[counts[one]]}
                    </Badge>
                  ) : null
                }
              >
                {t(`trades.${one}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={standing} pt="md">
            <Asked
              answer={trades}
              empty={({ items }) =>
                items.length === 0 && (
                  <Empty title={t(`trades.none.${standing}`)}>
                    <LinkButton to="/" variant="default">
                      {t('trades.look')}
                    </LinkButton>
                  </Empty>
                )
              }
            >
              {({ items }) => (
                <Stack component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                  {items.map((trade) => (
                    <TradeLine key={trade.id} trade={trade} />
                  ))}
                </Stack>
              )}
            </Asked>
            <More of={trades} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </OnlyFor>
  )
}

export function TradeLine({ trade }: { trade: Shape['TradeListed'] }) {
  const { t } = useTranslation()
  const next = trade.next[0]
  return (
    <li>
      <Card withBorder component={Link} to={`/trades/${trade.id}`}>
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Group wrap="nowrap" align="flex-start">
            <Box visibleFrom="xs">
              <Cover listing={trade.listing.id} kind={trade.kind} title={trade.listing.title} />
            </Box>
            <Stack gap={4}>
              <Text fw={600}>{trade.listing.title}</Text>
              <Text size="sm" c="dimmed">
                {t('trades.as', { kind: trade.kindTitle, as: trade.asTitle, other: trade.as === 'buyer' ? trade.seller.name : trade.buyer.name })}
              </Text>
              <Text size="sm">{trade.pending ? t('trade.pending', { move: trade.pending.label }) : trade.waits}</Text>
            </Stack>
          </Group>
          <Stack gap={4} align="flex-end" style={{ flexShrink: 0 }}>
            <Badge variant="light" color={trade.standing === 'your-move' ? 'orange' : 'gray'} c="inherit">
              {trade.label}
            </Badge>
            <Text fw={600}>
              <Amount minor={trade.amount} currency={trade.currency} />
            </Text>
            {next && (
              <Text size="xs" c="dimmed">
                <When at={next.at} />
              </Text>
            )}
          </Stack>
        </Group>
      </Card>
    </li>
  )
}
