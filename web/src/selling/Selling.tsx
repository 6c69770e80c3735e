import { Anchor, Badge, Card, Group, List, SimpleGrid, Stack, Text, Title as Heading } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAsked } from '../api/asking'
import { GET, type Shape } from '../api/client'
import { useList } from '../api/lists'
import { Picture } from '../listing/Picture'
import { Price } from '../listing/Price'
import { Asked, Empty } from '../parts/Answers'
import { LinkButton } from '../parts/LinkButton'
import { More } from '../parts/More'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { When } from '../parts/When'
import { TradeLine } from '../trade/MyTrades'
import { after } from './known'
import { Places } from './Places'
import { RegisterAgain } from './RegisterAgain'
import { Withdraw } from './Withdraw'

/** What somebody offers, how it stands with each thing, and before that what waits for them. */
export default function Selling() {
  const { t } = useTranslation()
  // How it stands with a thing depends on its trades and on what was told of it.
  const mine = useList(['listing trade notice', 'mine'], (cursor) => GET('/api/my/listings', { params: { query: { ...after(), ...(cursor ? { cursor } : {}) } } }))
  return (
    <OnlyFor>
      <Stack>
        <Group justify="space-between">
          <Title>{t('selling.title')}</Title>
          <LinkButton to="/selling/new">{t('selling.offer')}</LinkButton>
        </Group>
        <Places />
        <WaitsForMe />
        <Stack gap="xs">
          <Heading order={2} size="h3">
            {t('selling.places.things')}
          </Heading>
          <Asked
            answer={mine}
            empty={({ items }) =>
              items.length === 0 && (
                <Empty title={t('selling.none')}>
                  <LinkButton to="/selling/new" variant="default">
                    {t('selling.offer')}
                  </LinkButton>
                </Empty>
              )
            }
          >
            {({ items }) => (
              <SimpleGrid cols={{ base: 1, md: 2 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {items.map((one) => (
                  <Mine key={one.listing.id} mine={one} />
                ))}
              </SimpleGrid>
            )}
          </Asked>
          <More of={mine} />
        </Stack>
      </Stack>
    </OnlyFor>
  )
}

/** Requests to answer, deposits to confirm, things to hand over or to bring. */
function WaitsForMe() {
  const { t } = useTranslation()
  const trades = useList(['trade', 'mine', 'seller', 'your-move'], (cursor) =>
    GET('/api/my/trades', { params: { query: { as: 'seller', state: 'your-move', ...(cursor ? { cursor } : {}) } } }),
  )
  const toBring =
    useAsked(['trade', 'deliveries', 'to-bring'], () => GET('/api/deliveries', { params: { query: { as: 'seller', state: 'under-way', limit: 1 } } })).data?.items ?? []
  const nothing = trades.data?.items.length === 0 && toBring.length === 0
  return (
    <Stack gap="xs" component="section" aria-labelledby="waits">
      <Heading order={2} size="h3" id="waits">
        {t('selling.waits.title')}
      </Heading>
      {toBring.length > 0 && (
        <Text>
          <Anchor component={Link} to="/selling/deliveries">
            {t('selling.waits.deliveries')}
          </Anchor>
        </Text>
      )}
      <Asked answer={trades} empty={() => nothing && <Text c="dimmed">{t('selling.waits.none')}</Text>}>
        {({ items }) => (
          <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
            {items.map((trade) => (
              <TradeLine key={trade.id} trade={trade} />
            ))}
          </Stack>
        )}
      </Asked>
      <More of={trades} />
    </Stack>
  )
}

/** One thing as a whole: itself, its open trades, and what was told of it. */
function Mine({ mine: { listing, status, label, trades, alarms } }: { mine: Shape['MyListing'] }) {
  const { t } = useTranslation()
  const isOver = listing.status === 'withdrawn'
  return (
    <Card component="li" withBorder padding="sm">
      <Group wrap="nowrap" align="flex-start">
        <div className="thumb">
          <Picture listing={listing} small />
        </div>
        <Stack gap={4} flex={1}>
          <Group justify="space-between" align="flex-start" gap="xs">
            <Heading order={3} size="h5">
              <Anchor component={Link} to={`/listings/${listing.id}`} c="inherit" inherit>
                {listing.title}
              </Anchor>
            </Heading>
            <Badge variant="light" color={status === 'draft' ? 'orange' : isOver ? 'gray' : 'teal'} c="inherit">
              {label}
            </Badge>
          </Group>
          <Price listing={listing} />
          <Text size="sm" c="dimmed">
            {[listing.kindTitle, ...(listing.quantity > 1 ? [t('listing.left', { available: listing.available, quantity: listing.quantity })] : [])].join(' · ')}
          </Text>
          {trades.length > 0 && (
            <List size="sm" spacing={2}>
              {trades.map((trade) => (
                <List.Item key={trade.id}>
                  <Anchor component={Link} to={`/trades/${trade.id}`} underline="always" inherit>
                    {t('selling.trade', { buyer: trade.buyer.name, state: trade.label })}
                  </Anchor>{' '}
                  {trade.pending ? t('trade.pending', { move: trade.pending.label }) : trade.waits}
                </List.Item>
              ))}
            </List>
          )}
          {alarms.length > 0 && (
            <details>
              <summary>{t('selling.alarms', { count: alarms.length })}</summary>
              <List size="sm" spacing={2}>
                {alarms.map((alarm) => (
                  <List.Item key={alarm.id + alarm.channel}>
                    {`${alarm.text} · ${t(`selling.channels.${alarm.channel as 'app'}`, { defaultValue: alarm.channel })}, ${t(`selling.told.${alarm.status as 'told'}`, { defaultValue: alarm.status })} · `}
                    <When at={alarm.at} />
                  </List.Item>
                ))}
              </List>
            </details>
          )}
        </Stack>
      </Group>
      {(listing.status === 'draft' || listing.status === 'registering') && (
        <Stack mt="sm">
          <RegisterAgain listing={listing} />
        </Stack>
      )}
      {!isOver && (
        <Group gap="xs" mt="auto" pt="sm" justify="flex-end">
          <LinkButton to={`/selling/${listing.id}`} variant="default" size="xs" aria-label={t('selling.editNamed', { title: listing.title })}>
            {t('selling.edit')}
          </LinkButton>
          <Withdraw listing={listing} size="xs" />
        </Group>
      )}
    </Card>
  )
}
