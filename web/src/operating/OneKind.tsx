import { Anchor, Badge, Grid, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { useAsked } from '../api/asking'
import { GET, type Kind } from '../api/client'
import { Asked } from '../parts/Answers'
import { actorOf, Diagram } from './Diagram'
import { useCounts } from './Kinds'
import { Part, Rows, Section, usePercent, useWord, Wide } from './parts'

const actors = ['buyer', 'seller', 'operator', 'time', 'hears'] as const

/** One kind as its table says: its states with the trades that are in them, and its moves as a picture and in words. */
export default function OneKind() {
  const { id } = useParams()
  const kind = useAsked(['kind', id], () => GET('/api/kinds/{kind}', { params: { path: { kind: id! } } }))
  return <Asked answer={kind}>{(known) => <Shown kind={known} />}</Asked>
}

function Shown({ kind }: { kind: Kind }) {
  const { t } = useTranslation()
  const percent = usePercent()
  const known = useCounts().data?.items.find((one) => one.kind === kind.kind)
  const counts = Object.fromEntries((known?.states ?? []).map((state) => [state.state, state.count]))
  const by = (actor: (typeof actors)[number]) => (actor === 'time' || actor === 'hears' ? t(`operating.kinds.${actor}`) : (kind.parties[actor] ?? actor))
  return (
    <Part title={kind.title} about={t('operating.kinds.version', { version: kind.version })} again={false}>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Section title={t('operating.kinds.states')} count={known && t('operating.kinds.trades', { count: known.trades })}>
            <Group gap="md" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
              {actors.map((actor) => (
                <li key={actor}>
                  <Group gap={6} wrap="nowrap">
                    <svg className="flow" width="28" height="8" aria-hidden>
                      <path className="way" data-by={actor} d="M0 4H28" />
                    </svg>
                    <Text size="sm">{by(actor)}</Text>
                  </Group>
                </li>
              ))}
            </Group>
            <Wide label={t('operating.kinds.states')}>
              <Diagram kind={kind} counts={counts} />
            </Wide>
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            <Section title={t('operating.fees.fee')}>
              <Group justify="space-between">
                <Text fw={600}>{percent(kind.feePermille)}</Text>
                <Anchor component={Link} to="/operating/fees">
                  {t('operating.fees.history')}
                </Anchor>
              </Group>
            </Section>
            <Section title={t('operating.kinds.moves')}>
              <Rows>
                {kind.moves.map((move, index) => (
                  <li key={index}>
                    <Row kind={kind} move={move} by={by(actorOf(move) as 'buyer')} />
                  </li>
                ))}
              </Rows>
            </Section>
          </Stack>
        </Grid.Col>
      </Grid>
    </Part>
  )
}

function Row({ kind, move, by }: { kind: Kind; move: Kind['moves'][number]; by: string }) {
  const { t } = useTranslation()
  const word = useWord()
  const state = (name: string) => kind.states.find((one) => one.state === name)?.label ?? t('operating.story.start')
  const verbs = (list: unknown[]) => (list as string[]).map((verb) => word('verbs', verb)).join(', ')
  const hours = (move.afterSeconds ?? 0) / 3600
  return (
    <Stack gap={2}>
      <Group gap="xs">
        <Text fw={600} size="sm">
          {move.label}
        </Text>
        <Badge size="sm" variant="light" color="gray" c="inherit" tt="none">
          {move.afterSeconds === null
            ? move.hears
              ? t('operating.kinds.heard', { answer: move.hearsLabel ?? move.hears })
              : by
            : hours >= 24
              ? t('operating.kinds.days', { count: hours / 24 })
              : t('operating.kinds.hours', { count: hours })}
        </Badge>
      </Group>
      <Text size="sm">{`${(move.from as string[]).map(state).join(', ')} → ${state(move.to)}`}</Text>
      {move.first.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('operating.kinds.first', { verbs: verbs(move.first) })}
        </Text>
      )}
      {move.ask.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('operating.kinds.ask', { verbs: verbs(move.ask) })}
        </Text>
      )}
    </Stack>
  )
}
