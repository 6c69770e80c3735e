import { Badge, Button, Card, Grid, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { useAsked, useKind } from '../api/asking'
import { GET, type Listing } from '../api/client'
import { useMe } from '../api/session'
import { Asked } from '../parts/Answers'
import { LinkButton } from '../parts/LinkButton'
import { Title } from '../parts/Title'
import { When } from '../parts/When'
import { AskForIt, askFor } from './AskForIt'
import { Gallery } from './Gallery'
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
            <Gallery listing={listing} />
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
              {me && me.id !== listing.owner.id && listing.available > 0 && <PriceBar listing={listing} />}
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

/** On a phone, the price and what leads to the form stay in sight until the form is. */
function PriceBar({ listing }: { listing: Listing }) {
  const kind = useKind(listing.kind)
  return (
    kind && (
      <Group className="pricebar" hiddenFrom="sm" justify="space-between" wrap="nowrap">
        <Price listing={listing} />
        <Button
          onClick={() => {
            const form = document.getElementById(askFor)
            form?.scrollIntoView({ block: 'start' })
            form?.querySelector<HTMLElement>('input, textarea')?.focus({ preventScroll: true })
          }}
        >
          {kind.begin.label}
        </Button>
      </Group>
    )
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
