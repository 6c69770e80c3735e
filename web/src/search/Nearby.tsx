import { Button, Group, Slider, Stack, Text } from '@mantine/core'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Shape } from '../api/client'
import { HereButton } from '../map/HereButton'
import { PlaceMap } from '../map/PlaceMap'
import { usePlaces, type Point, type Searched, type Spot } from '../map/points'
import { Waiting } from '../parts/Answers'

interface Chosen {
  searched: Searched
  /** lat,lng as the search takes it */
  near: string | null
  /** kilometres */
  within: number
  onChange: (near: string, within: number) => void
}

const none: Shape['PlaceFacet'][] = []

/** Around where to look, and how far: on a map, or from the list of places. Both count all that is found, wherever it is. */
export default function Nearby({ searched, near, within, onChange }: Chosen) {
  const { t } = useTranslation()
  const [lat, lng] = (near?.split(',').map(Number) ?? []) as [number?, number?]
  const chosen = lat !== undefined && lng !== undefined ? { lat, lng } : null
  const [reach, setReach] = useState(within)
  const say = ({ lat, lng }: Point, within: number) => onChange(`${lat},${lng}`, within)

  const places = usePlaces(searched)
  const [box, show] = useState<string>()
  const shown = usePlaces(searched, box).data
  // While a map moves, it keeps the places that it had.
  const kept = useRef(none)
  const items = shown?.items ?? (kept.current === none ? (places.data?.items ?? none) : kept.current)
  kept.current = items
  const spots = useMemo(
    () => items.map(({ name, otherNames, ...spot }): Spot => ({ ...spot, name: otherNames > 0 ? t('map.more', { name, others: otherNames }) : name })),
    [items, t],
  )

  return (
    <Stack gap="xs">
      {places.isPending && items === none ? <Waiting /> : <PlaceMap spots={spots} chosen={chosen} reach={reach} onChoose={(point) => say(point, reach)} onMove={show} />}
      <Group component="ul" className="spots" aria-label={t('map.places')} gap={6} p={0} m={0}>
        {places.data?.items.map(({ name, lat, lng, count }) => (
          <li key={`${name} ${lat} ${lng}`}>
            <Button size="compact-sm" variant={chosen?.lat === lat && chosen.lng === lng ? 'filled' : 'default'} onClick={() => say({ lat, lng }, reach)}>
              {t('map.place', { name, count })}
            </Button>
          </li>
        ))}
      </Group>
      {places.data?.partial && (
        <Text size="xs" c="dimmed">
          {t('map.partial')}
        </Text>
      )}
      <HereButton onFound={(point) => say(point, reach)} />
      {chosen && (
        <>
          <Text size="sm" id="within">
            {t('map.within', { distance: reach })}
          </Text>
          <Slider
            min={0.5}
            max={20}
            step={0.5}
            value={reach}
            onChange={setReach}
            onChangeEnd={(value) => say(chosen, value)}
            label={null}
            thumbProps={{ 'aria-labelledby': 'within' }}
          />
        </>
      )}
    </Stack>
  )
}
