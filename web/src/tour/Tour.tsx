import { Card, Group, SimpleGrid, Stack, Text, Title as Heading } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useAsked, useKinds } from '../api/asking'
import { GET, type Kind } from '../api/client'
import { Asked, Empty, Refused, Waiting } from '../parts/Answers'
import { LinkButton } from '../parts/LinkButton'
import { Title } from '../parts/Title'
import { useLiveAs, useTroupe } from './acting'
import { Guided } from './Guided'
import { plot, start } from '../trade/plot'

/** A trade of every kind from its beginning to its good end, made by the people of the sandbox at each press of a button. Where it is stands in the address. */
export default function Tour() {
  const { t } = useTranslation()
  const [at] = useSearchParams()
  const clock = useAsked(['clock'], () => GET('/api/sandbox/clock'))
  const kinds = useKinds()
  const kind = kinds.data?.items.find((one) => one.kind === at.get('kind'))
  return (
    <Stack>
      <Title>{kind ? t('tour.of', { kind: kind.title }) : t('tour.title')}</Title>
      {clock.error?.problem.status === 404 ? (
        <Empty title={t('tour.none')}>
          <LinkButton to="/">{t('nowhere.home')}</LinkButton>
        </Empty>
      ) : clock.error ? (
        <Refused refusal={clock.error} again={() => void clock.refetch()} />
      ) : (
        <Asked answer={kinds}>{({ items }) => (kind ? <Played key={kind.kind} kind={kind} kinds={items} /> : <Offered kinds={items} />)}</Asked>
      )}
    </Stack>
  )
}

function Offered({ kinds }: { kinds: Kind[] }) {
  const { t } = useTranslation()
  return (
    <>
      <Text>{t('tour.what', { count: kinds.length })}</Text>
      <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }} component="ol" p={0} m={0} style={{ listStyle: 'none' }}>
        {kinds.map((kind) => (
          <Card key={kind.kind} withBorder component="li">
            <Stack h="100%" justify="space-between">
              <Stack gap="xs">
                <Heading order={2} size="h4">
                  {kind.title}
                </Heading>
                <Text size="sm" c="dimmed">
                  {(plot(kind, start) ?? []).map((move) => kind.states.find((one) => one.state === move.to)?.label).join(' → ')}
                </Text>
              </Stack>
              <Group>
                <LinkButton to={`/tour?kind=${kind.kind}`}>{t('tour.begin', { kind: kind.title })}</LinkButton>
              </Group>
            </Stack>
          </Card>
        ))}
      </SimpleGrid>
    </>
  )
}

function Played({ kind, kinds }: { kind: Kind; kinds: Kind[] }) {
  const { t } = useTranslation()
  const { seller, buyer, refused, again } = useTroupe()
  useLiveAs(seller)
  useLiveAs(buyer)
  const next = kinds[kinds.indexOf(kind) + 1]
  if (refused) {
    return <Refused refusal={refused} again={again} />
  }

  return seller && buyer ? (
    <Guided kind={kind} seller={seller} buyer={buyer}>
      {next ? (
        <LinkButton to={`/tour?kind=${next.kind}`}>{t('tour.next', { kind: next.title })}</LinkButton>
      ) : (
        <>
          <Text>{t('tour.over')}</Text>
          <LinkButton to="/lab">{t('shell.lab')}</LinkButton>
        </>
      )}
    </Guided>
  ) : (
    <Waiting />
  )
}
