import { Anchor, Badge, Card, Grid, Group, Stack, Text, Title as Heading } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { useAsked, useKind, useKinds } from '../api/asking'
import { GET, type Trade } from '../api/client'
import { useMe } from '../api/session'
import { useAmounts } from '../parts/Amount'
import { Asked } from '../parts/Answers'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { Agreed } from './Agreed'
import { Delivery } from './Delivery'
import { Dispute, useDisputePictures } from './Dispute'
import { MoneyStrip } from './MoneyStrip'
import { NextStep } from './NextStep'
import { RefundAccount } from './RefundAccount'
import { StateBar } from './StateBar'
import { priceOf } from './priceOf'
import { Timeline } from './Timeline'
import { Transfer } from './Transfer'

/** One trade, as one of its people sees it: what is next, how far it is, where the money is, and all that happened. */
export default function OneTrade() {
  const { id } = useParams()
  // Asked for at once, and not only when the trade has said of which kind it is.
  useKinds()
  const answer = useAsked(['trade', id], () => GET('/api/trades/{id}', { params: { path: { id: id! } } }))
  return (
    <OnlyFor>
      <Asked answer={answer}>{(trade) => <Shown key={trade.id} trade={trade} />}</Asked>
    </OnlyFor>
  )
}

function Shown({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const kind = useKind(trade.kind)
  const me = useMe()
  const amount = useAmounts()
  const pictures = useDisputePictures(trade.id)
  const as = trade.buyer.id === me?.id ? 'buyer' : trade.seller.id === me?.id ? 'seller' : 'operator'
  return (
    <Stack>
      <Group gap="xs">
        <Badge variant="light" color="gray" c="inherit">
          {kind?.title}
        </Badge>
        <Badge variant="light" c="inherit">
          {t('trade.youAre', { party: kind?.parties[as] })}
        </Badge>
      </Group>
      <Title>{trade.listing.title}</Title>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <NextStep trade={trade} as={as} addPictures={as === 'operator' ? undefined : pictures.add} />
            <Dispute trade={trade} pictures={pictures} />
            {kind && <StateBar trade={trade} kind={kind} />}
            <Transfer trade={trade} as={as} />
            <MoneyStrip trade={trade} as={as} />
            <RefundAccount trade={trade} as={as} />
            <Delivery trade={trade} as={as} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            <Card withBorder>
              <Stack gap={6}>
                <Heading order={2} size="h4">
                  {t('trade.about')}
                </Heading>
                <Anchor component={Link} to={`/listings/${trade.listing.id}`}>
                  {trade.listing.title}
                </Anchor>
                <Fact name={kind?.parties.buyer ?? ''} value={trade.buyer.name} />
                <Fact name={kind?.parties.seller ?? ''} value={trade.seller.name} />
                <Fact name={t('trade.price')} value={priceOf(trade, kind, t, (minor) => amount(minor, trade.currency))} />
                <Fact name={t('trade.amount')} value={amount(trade.amount, trade.currency)} />
                <Fact name={t('trade.number')} value={trade.number} />
                {isPaid(trade) && (
                  <Anchor size="sm" component={Link} to={`/trades/${trade.id}/receipt`}>
                    {t(as === 'seller' ? 'receipt.titleOfSeller' : 'receipt.title')}
                  </Anchor>
                )}
              </Stack>
            </Card>
            <Agreed trade={trade} />
            <Timeline trade={trade} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  )
}

/** Whether money was paid for a trade, wherever it is now. A transfer that is expected has not been paid, whatever was paid back before. */
function isPaid({ money }: Trade) {
  return money.expected === 0 && money.held + money.refunding + money.refunded + money.payingOut + money.paidOut > 0
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text size="sm">{value}</Text>
    </Group>
  )
}
