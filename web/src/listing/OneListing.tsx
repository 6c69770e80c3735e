import { Badge, Button, Card, Grid, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { listingOf, useAsked, useKind } from '../api/asking'
import type { Listing } from '../api/client'
import { useMe } from '../api/session'
import { Asked, Waiting } from '../parts/Answers'
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
  const answer = useAsked(...listingOf(id!))
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
              {listing.conditionLabel && <Text size="sm">{`${t('listing.condition')}: ${listing.conditionLabel}`}</Text>}
              {listing.place && <Text size="sm">{listing.place.name}</Text>}
              {listing.quantity > 1 && <Text size="sm">{t('listing.left', { available: listing.available, quantity: listing.quantity })}</Text>}
              {!!listing.onOrder && <Text size="sm">{t('listing.onOrder', { count: listing.onOrder })}</Text>}
              <Text style={{ whiteSpace: 'pre-wrap' }}>{listing.description}</Text>
              {me && me.id !== listing.owner.id && listing.available > 0 && !listing.openTrade && <PriceBar listing={listing} />}
              <Card withBorder>
                {me === undefined ? (
                  <Waiting />
                ) : me === null ? (
                  <Stack>
                    <Text>{t('listing.signInFirst')}</Text>
                    <LinkButton to={`/sign-in?then=/listings/${listing.id}`}>{t('shell.signIn')}</LinkButton>
                  </Stack>
                ) : me.id === listing.owner.id ? (
                  <Stack>
                    <Text>{t('listing.yours')}</Text>
                    <LinkButton to={`/selling/${listing.id}`}>{t('listing.edit')}</LinkButton>
                  </Stack>
                ) : (
                  <ToHave key={`${me.id} ${listing.id}`} listing={listing} />
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

/**
 * The form, or what stands in its place: nothing is left, or the reader has asked already. The open trade is shown then; a second one begins only where a
 * listing has several units. Once the button was pressed the form stays, whatever becomes of the listing: it says how that ended.
 */
function ToHave({ listing }: { listing: Listing }) {
  const { t } = useTranslation()
  const kind = useKind(listing.kind)
  const [asking, ask] = useState(false)
  if (asking || (listing.available > 0 && !listing.openTrade)) {
    return <AskForIt listing={listing} onAsk={() => ask(true)} />
  }

  if (!kind) {
    return <Waiting />
  }

  const isCounted = kind.stock === 'counted'
  return (
    <Stack align="flex-start">
      <Text>{listing.openTrade ? t('listing.inMyTrade') : isCounted ? t('listing.soldOut') : t('listing.notToHave')}</Text>
      {listing.openTrade ? <LinkButton to={`/trades/${listing.openTrade}`}>{t('ask.seeTrade')}</LinkButton> : <LinkButton to="/">{t('trades.look')}</LinkButton>}
      {listing.openTrade && isCounted && listing.available > 0 && (
        <Button variant="default" onClick={() => ask(true)}>
          {t('ask.again')}
        </Button>
      )}
    </Stack>
  )
}
