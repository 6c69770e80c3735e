import { Autocomplete, Fieldset, Stack, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HereButton } from '../map/HereButton'
import { PlaceMap } from '../map/PlaceMap'
import { pointOf, usePlaces, type Point, type Spot } from '../map/points'
import { Waiting } from '../parts/Answers'
import type { Where } from './thing'

/** Degrees: so near a known place one is at it. */
const near = 0.0015

/**
 * Where a thing is: what people call the place, and a point, chosen on a map, written as coordinates, or where the person is now. The places that others
 * have named are offered.
 */
export function PlaceField({ where, wrong, onChange }: { where: Where; wrong: Record<string, string>; onChange: (where: Where) => void }) {
  const { t } = useTranslation()
  const places = usePlaces()
  // Of several places of one name the one with the most listings, which come first, is known by it.
  const known = useMemo(() => new Map<string, Spot>(places.data?.items.toReversed().map(({ name, lat, lng }) => [name, { name, lat, lng }])), [places.data])
  const spots = useMemo(() => [...known.values()], [known])
  // What is written and is no point yet.
  const [typed, type] = useState<string | null>(null)

  const call = (name: string) => {
    const spot = known.get(name)
    onChange({ name, point: spot ? { lat: spot.lat, lng: spot.lng } : where.point })
  }
  const choose = (point: Point) => {
    type(null)
    const spot = spots.find(({ lat, lng }) => Math.abs(lat - point.lat) < near && Math.abs(lng - point.lng) < near)
    onChange(spot ? { name: spot.name, point: { lat: spot.lat, lng: spot.lng } } : { name: known.has(where.name) ? '' : where.name, point })
  }
  const write = (text: string) => {
    type(text)
    onChange({ ...where, point: pointOf(text) })
  }

  return (
    <Fieldset legend={t('selling.fields.place')}>
      <Stack gap="xs">
        <Autocomplete
          label={t('selling.fields.placeName')}
          description={t('selling.fields.placeHow')}
          maxLength={80}
          data={[...known.keys()].sort()}
          value={where.name}
          onChange={call}
          error={wrong['place.name']}
        />
        {places.isPending ? <Waiting /> : <PlaceMap spots={spots} chosen={where.point} onChoose={choose} />}
        <TextInput
          label={t('selling.fields.point')}
          description={t('selling.fields.pointHow')}
          autoComplete="off"
          value={typed ?? (where.point ? `${where.point.lat}, ${where.point.lng}` : '')}
          onChange={(event) => write(event.currentTarget.value)}
          onBlur={() => where.point && type(null)}
          error={(typed?.trim() && !where.point && t('selling.fields.noSuchPoint')) || ((wrong['place.lat'] ?? wrong['place.lng']) && t('selling.fields.noPoint'))}
        />
        <HereButton onFound={choose} />
      </Stack>
    </Fieldset>
  )
}
