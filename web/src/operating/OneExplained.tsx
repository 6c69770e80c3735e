import { Anchor, Badge, Code, Grid, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { useAsked, useKind } from '../api/asking'
import { GET, type Trade } from '../api/client'
import { useMe } from '../api/session'
import { Asked } from '../parts/Answers'
import { Title } from '../parts/Title'
import { Dispute } from '../trade/Dispute'
import { MoneyStrip } from '../trade/MoneyStrip'
import { NextStep } from '../trade/NextStep'
import { Notes } from './Notes'
import { Section } from './parts'
import { Story } from './Story'
import { WhyNot } from './WhyNot'

/** Any trade explained: what it waits for, why it does nothing else, where its money is, and all that was said about it. */
export default function OneExplained() {
  const { id } = useParams()
  const answer = useAsked(['trade', id], () => GET('/api/trades/{id}', { params: { path: { id: id! } } }))
  return <Asked answer={answer}>{(trade) => <Explained key={trade.id} trade={trade} />}</Asked>
}

function Explained({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const me = useMe()
  const kind = useKind(trade.kind)
  const told = useAsked(['trade', trade.id, 'explained'], () => GET('/api/operator/views/trades/{id}', { params: { path: { id: trade.id } } }))
  const as = trade.buyer.id === me?.id ? 'buyer' : trade.seller.id === me?.id ? 'seller' : 'operator'
  return (
    <Stack>
      <Stack gap={6}>
        <Group gap="xs">
          <Badge variant="light" color="gray" c="inherit">
            {kind ? t('operating.trade.kind', { kind: kind.title, version: trade.version }) : trade.kind}
          </Badge>
          <Badge variant="light" c="inherit">
            {trade.label}
          </Badge>
        </Group>
        <Title>{trade.listing.title || t('operating.trade.untitled')}</Title>
        <Text size="sm">
          <Anchor underline="always" component={Link} to={`/operating/trades?person=${trade.buyer.id}`}>
            {trade.buyer.name}
          </Anchor>
          {` (${kind?.parties.buyer ?? ''}) · `}
          <Anchor underline="always" component={Link} to={`/operating/trades?person=${trade.seller.id}`}>
            {trade.seller.name}
          </Anchor>
          {` (${kind?.parties.seller ?? ''})`}
        </Text>
        <Text size="sm" c="dimmed">
          {t('trade.number')}: {trade.number} · <Code>{trade.id}</Code> · {t('operating.trade.revision', { revision: trade.revision })}
        </Text>
      </Stack>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Stack>
            <Dispute trade={trade} />
            <NextStep trade={trade} as={as} />
            <WhyNot trade={trade} />
            <MoneyStrip trade={trade} as="operator" />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Stack>
            <Notes trade={trade.id} />
            <Section title={t('operating.story.title')}>
              <Asked answer={told}>{({ timeline }) => <Story lines={timeline} trade={trade} />}</Asked>
            </Section>
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  )
}
