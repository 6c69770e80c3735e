import { Badge, Card, Grid, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { useAsked } from '../api/asking'
import { GET, type Listing } from '../api/client'
import { useMe } from '../api/session'
import { Asked } from '../parts/Answers'
import { LinkButton } from '../parts/LinkButton'
import { Title } from '../parts/Title'
import { When } from '../parts/When'
import { AskForIt } from './AskForIt'
import { Picture } from './Picture'
import { Price } from './Price'

/** A thing that is offered, and what it takes to have it. */
export default function OneListing() {
  const { t } = useTranslation()
  const { id } = useParams()
  const me = useMe()
  const answer = useAsked(['listing', id], () => GET('/api/listings/{id}', { params: { path: { id: id! } } }))
  return (
    <Asked answer={answer}>
      {(listing) => (
        <Grid gap="xl">
          <Grid.Col span={{ base: 12, sm: 7 }}>
            <Stack>
              <Picture listing={listing} />
              {listing.pictures.length > 1 && (
                <SimpleGrid cols={4}>
                  {listing.pictures.slice(1).map((picture, index) => (
                    <Picture key={picture} listing={listing} index={index + 1} small />
                  ))}
                </SimpleGrid>
              )}
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 5 }}>
            <Stack>
              <Group gap="xs">
                <Badge variant="light" color="gray" c="inherit">
                  {listing.kindTitle}
                </Badge>
                {listing.available === 0 && <Badge color="gray">{t('listing.taken')}</Badge>}
              </Group>
              <Title>{listing.title}</Title>
              <Price listing={listing} size="xl" />
              <Text size="sm" c="dimmed">
                {t('listing.by', { name: listing.owner.name })} <When at={listing.since} />
              </Text>
              {listing.place && <Text size="sm">{listing.place.name}</Text>}
              {listing.quantity > 1 && <Text size="sm">{t('listing.left', { available: listing.available, quantity: listing.quantity })}</Text>}
              {!!listing.onOrder && <Text size="sm">{t('listing.onOrder', { count: listing.onOrder })}</Text>}
              <Text style={{ whiteSpace: 'pre-wrap' }}>{listing.description}</Text>
              <Card withBorder>
                {me === null ? (
                  <Stack>
                    <Text>{t('listing.signInFirst')}</Text>
                    <LinkButton to={`/sign-in?then=/listings/${listing.id}`}>{t('shell.signIn')}</LinkButton>
                  </Stack>
                ) : me && me.id === listing.owner.id ? (
                  <Stack>
                    <Text>{t('listing.yours')}</Text>
                    <LinkButton to={`/selling/${listing.id}`}>{t('listing.edit')}</LinkButton>
                  </Stack>
                ) : me && listing.available === 0 ? (
                  <NotToHave listing={listing} me={me.id} />
                ) : (
                  <AskForIt listing={listing} />
                )}
              </Card>
            </Stack>
          </Grid.Col>
        </Grid>
      )}
    </Asked>
  )
}

/** Replaces the form when the item is sold or in a trade. A party of that trade gets a link to it. */
function NotToHave({ listing, me }: { listing: Listing; me: string }) {
  const { t } = useTranslation()
  const open = useAsked(['trade', 'mine', 'all', me], () => GET('/api/my/trades', { params: { query: { limit: 100 } } })).data
  const mine = open?.items.find((trade) => trade.listing.id === listing.id && trade.standing !== 'done')
  return (
    <Stack align="flex-start">
      <Text>{mine ? t('listing.inMyTrade') : listing.quantity > 1 ? t('listing.soldOut') : t('listing.notToHave')}</Text>
      {mine ? <LinkButton to={`/trades/${mine.id}`}>{t('ask.seeTrade')}</LinkButton> : <LinkButton to="/">{t('trades.look')}</LinkButton>}
    </Stack>
  )
}
