import { Anchor, Badge, Group, Select, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useParams, useSearchParams } from 'react-router'
import { useQueries, type QueryKey } from '@tanstack/react-query'
import { GET, told, type Shape } from '../api/client'
import { useList } from '../api/lists'
import { useAmounts } from '../parts/Amount'
import { Asked, Empty, Refused, Waiting } from '../parts/Answers'
import { More } from '../parts/More'
import { When } from '../parts/When'
import { modules, Part, Rows, useWord } from './parts'

type Act = Shape['ActView']

// Every module has this route, and Identity too.
const keepers = [...modules, 'identity'] as const
type Keeper = (typeof keepers)[number]
export const routeOf = (module: Keeper) => `/api/operator/${module}/acts` as '/api/operator/payments/acts'

/** What operators did: the newest of every module together, or everything of one module. */
export default function Acts() {
  const { t } = useTranslation()
  const word = useWord()
  const [wanted, want] = useSearchParams()
  const module = keepers.find((one) => one === wanted.get('module'))
  return (
    <Part title={t('operating.parts.acts')} about={t('operating.acts.about')}>
      <Select
        label={t('operating.queues.module')}
        clearable
        clearButtonProps={{ 'aria-label': t('operating.trades.all') }}
        placeholder={t('operating.trades.all')}
        value={module ?? null}
        data={keepers.map((one) => ({ value: one, label: word('modules', one) }))}
        onChange={(value) => want(value ? { module: value } : {})}
      />
      {module ? <OfModule key={module} module={module} /> : <Newest />}
    </Part>
  )
}

function OfModule({ module }: { module: Keeper }) {
  const { t } = useTranslation()
  const acts = useList(['operating', 'acts', module], (cursor) => GET(routeOf(module), { params: { query: cursor ? { cursor } : {} } }))
  return (
    <>
      <Asked answer={acts} empty={({ items }) => items.length === 0 && <Empty title={t('operating.acts.none')} />}>
        {({ items }) => <Lines acts={items.map((act) => ({ act, module }))} />}
      </Asked>
      <More of={acts} />
    </>
  )
}

function Newest() {
  const { t } = useTranslation()
  const acts = useActs(
    ['operating', 'acts', 'newest'],
    keepers,
    async (module) => (await told<Shape['PageOfActView']>(GET(routeOf(module), { params: { query: { limit: 50 } } }))).items,
  )
  return <ActLines acts={acts} empty={t('operating.acts.none')} />
}

interface ActOfModule {
  act: Act
  module: Keeper
}

/** The acts of several modules together, the newest first. */
export function useActs(key: QueryKey, from: readonly Keeper[], ask: (module: Keeper) => Promise<Act[]>) {
  const { i18n } = useTranslation()
  const asked = useQueries({ queries: from.map((module) => ({ queryKey: [...key, module, i18n.language], queryFn: () => ask(module) })) })
  return {
    acts: asked
      .flatMap((answer, index): ActOfModule[] => (answer.data ?? []).map((act) => ({ act, module: from[index]! })))
      .sort((one, other) => other.act.at.localeCompare(one.act.at)),
    isKnown: asked.every((answer) => answer.data),
    refused: asked.find((answer) => answer.error && !answer.data),
  }
}

/** Acts of several modules. What other modules say is shown too while one of them cannot answer. */
export function ActLines({ acts: { acts, isKnown, refused }, empty, oldestFirst = false }: { acts: ReturnType<typeof useActs>; empty: string; oldestFirst?: boolean }) {
  return (
    <>
      {refused?.error && <Refused refusal={refused.error as never} again={() => void refused.refetch()} />}
      {!isKnown && !refused && <Waiting />}
      {isKnown && acts.length === 0 && <Empty title={empty} />}
      <Lines acts={oldestFirst ? acts.toReversed() : acts} />
    </>
  )
}

function Lines({ acts }: { acts: ActOfModule[] }) {
  return (
    <Rows>
      {acts.map(({ act, module }) => (
        <Line key={act.id} act={act} module={module} />
      ))}
    </Rows>
  )
}

function Line({ act, module }: { act: Act; module: Keeper }) {
  const { t } = useTranslation()
  const { id: here } = useParams()
  const word = useWord()
  const amount = useAmounts()
  const changed = Object.keys({ ...act.before, ...act.after }).filter((name) => act.before[name] !== act.after[name])
  return (
    <li>
      <Group justify="space-between" gap="xs" align="flex-start">
        <Stack gap={2} style={{ flex: '1 1 16rem' }}>
          <Text fw={600}>{act.label}</Text>
          <Text size="sm">
            {act.operator ? act.name : act.step === 'expired' ? t('operating.acts.time') : t('operating.acts.commandLine')} · {word('modules', module)} · <When at={act.at} />
          </Text>
          {act.reason && (
            <Text size="sm" style={{ whiteSpace: 'pre-line' }}>
              “{act.reason}”
            </Text>
          )}
          {act.amount !== null && act.amount > 0 && <Text size="sm">{amount(act.amount, act.currency)}</Text>}
          {(act.from || act.to) && <Text size="sm">{t('operating.acts.from', { from: act.from ?? '–', to: act.to ?? '–' })}</Text>}
          {changed.map((name) => (
            <Text key={name} size="xs" c="dimmed" lang="en">
              {t('operating.acts.state', { name, before: act.before[name] ?? '–', after: act.after[name] ?? '–' })}
            </Text>
          ))}
          {act.trade && act.trade !== here && (
            <Anchor size="sm" component={Link} to={`/operating/trades/${act.trade}`}>
              {t('operating.toTrade')}
            </Anchor>
          )}
        </Stack>
        <Badge variant="light" color={act.step === 'proposed' ? 'orange' : act.step === 'declined' || act.step === 'expired' ? 'red' : 'teal'} c="inherit">
          {t(`operating.acts.steps.${act.step as 'done'}`, { defaultValue: act.step })}
        </Badge>
      </Group>
    </li>
  )
}
