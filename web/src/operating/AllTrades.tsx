import { Anchor, Badge, Button, Card, Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useAsked, useKind, useKinds } from '../api/asking'
import { GET, type Shape } from '../api/client'
import { useList } from '../api/lists'
import { Amount } from '../parts/Amount'
import { Asked, Empty } from '../parts/Answers'
import { More } from '../parts/More'
import { When } from '../parts/When'
import { anId } from './Deposits'
import { Part } from './parts'

/** Any trade there is: by its id, its kind, its state, or one of its people. */
export default function AllTrades() {
  const { t } = useTranslation()
  const [wanted, want] = useSearchParams()
  const kinds = useKinds()
  const kind = wanted.get('kind') ?? undefined
  const state = wanted.get('state') ?? undefined
  const person = wanted.get('person') ?? undefined
  const states = useKind(kind)?.states ?? []
  const set = (changes: Record<string, string | null>) =>
    want((before) => {
      const after = new URLSearchParams(before)
      Object.entries(changes).forEach(([name, value]) => (value ? after.set(name, value) : after.delete(name)))
      return after
    })
  const trades = useList(['trade', 'all', kind, state, person], (cursor) =>
    GET('/api/operator/views/trades', {
      params: { query: { ...(kind ? { kind } : {}), ...(state ? { state } : {}), ...(person ? { person } : {}), ...(cursor ? { cursor } : {}) } },
    }),
  )
  return (
    <Part title={t('operating.parts.trades')} about={t('operating.trades.about')} again={false}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
        <ById />
        <Select
          label={t('operating.trades.kind')}
          clearable
          clearButtonProps={{ 'aria-label': t('operating.trades.all') }}
          placeholder={t('operating.trades.all')}
          value={kind ?? null}
          data={(kinds.data?.items ?? []).map((one) => ({ value: one.kind, label: one.title }))}
          onChange={(value) => set({ kind: value, state: null })}
        />
        <Select
          label={t('operating.trades.state')}
          clearable
          clearButtonProps={{ 'aria-label': t('operating.trades.all') }}
          placeholder={kind ? t('operating.trades.all') : t('operating.trades.kindFirst')}
          disabled={!kind}
          value={state ?? null}
          data={states.map((one) => ({ value: one.state, label: one.label }))}
          onChange={(value) => set({ state: value })}
        />
        <ByPerson person={person} choose={(value) => set({ person: value })} />
      </SimpleGrid>
      <Asked answer={trades} empty={({ items }) => items.length === 0 && <Empty title={t('operating.trades.none')} />}>
        {({ items }) => (
          <Stack component="ul" p={0} m={0} gap="sm" style={{ listStyle: 'none' }}>
            {items.map((trade) => (
              <Line key={trade.id} trade={trade} />
            ))}
          </Stack>
        )}
      </Asked>
      <More of={trades} />
    </Part>
  )
}

function ById() {
  const { t } = useTranslation()
  const go = useNavigate()
  const [id, setId] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void go(`/operating/trades/${id.trim()}`)
      }}
    >
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <TextInput
          style={{ flex: 1 }}
          label={t('operating.trades.id')}
          required
          withAsterisk={false}
          pattern={` *${anId} *`}
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          {t('operating.trades.open')}
        </Button>
      </Group>
    </form>
  )
}

/** People by a part of their name or address. */
function ByPerson({ person, choose }: { person: string | undefined; choose: (id: string | null) => void }) {
  const { t } = useTranslation()
  const [word, setWord] = useState('')
  const [q] = useDebouncedValue(word, 250)
  const found = useAsked(['operating', 'people', 'found', q], () => GET('/api/operator/views/people', { params: { query: q ? { q } : {} } }))
  const people = found.data?.items ?? []
  const [known, know] = useState<Shape['PersonView'] | null>(null)
  const data = people.map((one) => ({ value: one.id, label: `${one.name} (${one.email})` }))
  if (person && !people.some((one) => one.id === person)) {
    data.unshift({ value: person, label: known?.id === person ? known.name : person })
  }

  return (
    <Select
      label={t('operating.trades.person')}
      placeholder={t('operating.trades.all')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('operating.trades.all') }}
      nothingFoundMessage={t('operating.people.none')}
      filter={({ options }) => options}
      value={person ?? null}
      data={data}
      onSearchChange={(search) => setWord(data.some((one) => one.label === search) ? '' : search)}
      onChange={(id) => {
        know(people.find((one) => one.id === id) ?? null)
        choose(id)
      }}
    />
  )
}

export function Line({ trade }: { trade: Shape['TradeListed'] }) {
  const { t } = useTranslation()
  return (
    <Card withBorder component="li" padding="sm">
      <Group justify="space-between" gap="xs" align="flex-start">
        <Stack gap={2}>
          <Anchor component={Link} to={`/operating/trades/${trade.id}`} fw={600}>
            {trade.listing.title || trade.id}
          </Anchor>
          <Text size="sm">{t('operating.trades.between', { buyer: trade.buyer.name, seller: trade.seller.name })}</Text>
          <Text size="sm" c="dimmed">
            {trade.number} · {trade.kindTitle} · <When at={trade.since} />
          </Text>
        </Stack>
        <Stack gap={4} align="flex-end">
          <Badge variant="light" color={trade.pending ? 'blue' : 'gray'} c="inherit">
            {trade.pending ? t('trade.pending', { move: trade.pending.label }) : trade.label}
          </Badge>
          {trade.currency && (
            <Text fw={600}>
              <Amount minor={trade.amount} currency={trade.currency} />
            </Text>
          )}
        </Stack>
      </Group>
    </Card>
  )
}
