import { Autocomplete, Fieldset, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { TownMap, type Point, type Spot } from '../parts/TownMap'
import type { Where } from './thing'

/** Degrees: so near a known place one is at it. */
const near = 0.0015

/** Where a thing is: what people call the place, and a point on the map. The places that others have named are offered. */
export function PlaceField({ where, wrong, onChange }: { where: Where; wrong: Record<string, string>; onChange: (where: Where) => void }) {
  const { t } = useTranslation()
  // It begins with none of the topics that change: what places are called is asked for once.
  const listings = useAsked(['places'], () => GET('/api/listings', { params: { query: { limit: 100 } } })).data?.items ?? []
  const known = new Map<string, Spot>()
  listings.forEach(({ place }) => place && known.set(place.name, place))

  const call = (name: string) => {
    const spot = known.get(name)
    onChange({ name, point: spot ? { lat: spot.lat, lng: spot.lng } : where.point })
  }
  const choose = (point: Point) => {
    const spot = [...known.values()].find(({ lat, lng }) => Math.abs(lat - point.lat) < near && Math.abs(lng - point.lng) < near)
    onChange(spot ? { name: spot.name, point: { lat: spot.lat, lng: spot.lng } } : { name: known.has(where.name) ? '' : where.name, point })
  }

  const noPoint = wrong['place.lat'] ?? wrong['place.lng']
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
        <TownMap how={t('selling.fields.map')} spots={[...known.values()]} chosen={where.point} onChoose={choose} />
        {noPoint && (
          <Text size="sm" c="red" role="alert">
            {t('selling.fields.noPoint')}
          </Text>
        )}
      </Stack>
    </Fieldset>
  )
}
