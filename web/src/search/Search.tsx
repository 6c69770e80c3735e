import { Button, Chip, Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks'
import { lazy, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useAsked, useKinds } from '../api/asking'
import { GET } from '../api/client'
import { useList } from '../api/lists'
import { keyOfSearch } from '../api/start'
import { Asked, Empty, Waiting } from '../parts/Answers'
import { Boundary, fetched } from '../parts/Boundary'
import { digitsOf } from '../parts/currencies'
import { More } from '../parts/More'
import { Title } from '../parts/Title'
import { ListingCard } from './ListingCard'

const Nearby = lazy(fetched(() => import('./Nearby')))
const Filters = lazy(fetched(() => import('./Filters')))
const rowOfFour = 4
const sorts = ['newest', 'price', '-price', 'distance'] as const
export type Sort = (typeof sorts)[number]

const filters = 'filters'
const filtering = ['min', 'max', 'sort', 'condition', 'available']

/** What is offered. What was looked for stands in the address of the page, so that it can be kept and sent to somebody. */
export function Search() {
  const { t } = useTranslation()
  const [wanted, setWanted] = useSearchParams()
  const want = (changes: Record<string, string | null>) =>
    setWanted(
      () => {
        // As the address is now: on a slow device it may be newer than what was drawn last.
        const address = new URLSearchParams(location.search)
        Object.entries(changes).forEach(([name, value]) => (value ? address.set(name, value) : address.delete(name)))
        return address
      },
      { replace: true },
    )
  // On a phone the first things are seen without scrolling: what narrows them down is behind a button.
  const [opened, open] = useState(false)
  const wide = useMediaQuery('(min-width: 48em)', undefined, { getInitialValueInEffect: false })
  const set = filtering.filter((name) => wanted.has(name)).length
  const typed = useRef<Record<string, string | null>>({})
  const wantTyped = useDebouncedCallback(() => {
    const changes = typed.current
    typed.current = {}
    // A reader who has opened a listing meanwhile stays there.
    if (location.pathname === '/') {
      want(changes)
    }
  }, 300)
  // Changes of several fields within the wait are kept together: the later one must not replace the earlier one.
  const wantSoon = (changes: Record<string, string | null>) => {
    Object.assign(typed.current, changes)
    wantTyped()
  }

  // The address has prices in whole units, as people write them, and the market takes them in minor units of its currency.
  const kinds = useKinds().data?.items
  const currency = kinds?.[0]?.currency
  const minorUnits = (name: string) => (wanted.has(name) && currency ? Math.round(Number(wanted.get(name)) * 10 ** digitsOf(currency)) : undefined)
  const near = wanted.get('near')
  const searched = {
    q: wanted.get('q') ?? undefined,
    kind: wanted.get('kind') ?? undefined,
    minPrice: minorUnits('min'),
    maxPrice: minorUnits('max'),
    available: wanted.get('available') ?? undefined,
    condition: wanted.get('condition') ?? undefined,
  }
  const query = { ...searched, near: near ?? undefined, within: near ? Number(wanted.get('within') ?? 3) : undefined }
  // Not every kind asks for a condition; those that do have the same ones.
  const conditions = kinds?.find((kind) => kind.conditions.length > 0 && (!query.kind || query.kind === kind.kind))?.conditions
  const sort = sorts.find((one) => one === wanted.get('sort') && (one !== 'distance' || near)) ?? 'newest'
  const found = useList(keyOfSearch(query, sort), (cursor) => GET('/api/listings', { params: { query: { ...query, sort, cursor, limit: 24 } } }))
  const facets = useAsked(['listing', 'facets', query], () => GET('/api/listings/facets', { params: { query } })).data

  return (
    <Stack>
      <Title>{t('search.title')}</Title>
      <TextInput
        type="search"
        size="md"
        label={t('search.word')}
        placeholder={t('search.example')}
        defaultValue={query.q}
        onChange={(event) => wantSoon({ q: event.currentTarget.value.trim() })}
      />
      <Chip.Group value={query.kind ?? ''} onChange={(kind) => want({ kind: kind as string })}>
        <Group className="chips" gap="xs" role="group" aria-label={t('search.kind')}>
          <Chip value="">{t('search.every')}</Chip>
          {facets?.kinds.map((kind) => (
            <Chip key={kind.kind} value={kind.kind}>
              {facets.partial ? t('search.kindCountMore', { title: kind.title, count: kind.count }) : t('search.kindCount', { title: kind.title, count: kind.count })}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <div id={filters}>
        {(wide || opened) && (
          <Boundary>
            <Suspense fallback={<div className="filters" />}>
              <Filters
                wanted={wanted}
                currency={currency}
                sorts={sorts.filter((one) => one !== 'distance' || near)}
                sort={sort}
                conditions={conditions}
                want={want}
                wantSoon={wantSoon}
              />
            </Suspense>
          </Boundary>
        )}
      </div>
      <Group>
        <Button variant="default" hiddenFrom="sm" aria-expanded={opened} aria-controls={filters} onClick={() => open(!opened)}>
          {set > 0 ? t('search.filtersSet', { count: set }) : t('search.filters')}
        </Button>
        <Button variant="default" aria-expanded={wanted.has('map')} onClick={() => want(wanted.has('map') ? { map: null, near: null, within: null } : { map: '1' })}>
          {wanted.has('map') ? t('search.noMap') : t('search.map')}
        </Button>
        <Text role="status" size="sm" c="dimmed">
          {facets && (facets.partial ? t('search.foundMore', { count: facets.count }) : t('search.found', { count: facets.count }))}
        </Text>
      </Group>
      {wanted.has('map') && (
        <Boundary>
          <Suspense fallback={<Waiting />}>
            <Nearby searched={searched} near={near} within={query.within ?? 3} onChange={(point, within) => want({ near: point, within: String(within), sort: 'distance' })} />
          </Suspense>
        </Boundary>
      )}
      <Asked
        answer={found}
        empty={({ items }) =>
          items.length === 0 && (
            <Empty title={t('search.none')}>
              <Button variant="default" onClick={() => setWanted({})}>
                {t('search.all')}
              </Button>
            </Empty>
          )
        }
      >
        {({ items }) => (
          <SimpleGrid cols={{ base: 2, sm: 3, md: 4 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {items.map((listing, index) => (
              <ListingCard key={listing.id} listing={listing} first={index < rowOfFour} />
            ))}
          </SimpleGrid>
        )}
      </Asked>
      <More of={found} />
    </Stack>
  )
}
