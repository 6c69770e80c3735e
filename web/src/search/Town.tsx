import { Slider, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Listing } from '../api/client'
import { middle, TownMap, type Point, type Spot } from '../parts/TownMap'

interface Chosen {
  listings: Listing[]
  /** lat,lng as the search takes it */
  near: string | null
  /** kilometres */
  within: number
  onChange: (near: string, within: number) => void
}

/** Around where in the town to look, and how far. */
export default function Town({ listings, near, within, onChange }: Chosen) {
  const { t } = useTranslation()
  const [lat, lng] = (near?.split(',').map(Number) ?? []) as [number?, number?]
  const chosen = lat !== undefined && lng !== undefined ? { lat, lng } : null
  const [reach, setReach] = useState(within)
  const say = ({ lat, lng }: Point, within: number) => onChange(`${lat},${lng}`, within)

  const spots = new Map<string, Spot>()
  listings.forEach(({ place }) => {
    if (place) {
      spots.set(place.name, { ...place, count: (spots.get(place.name)?.count ?? 0) + 1 })
    }
  })

  return (
    <Stack gap="xs">
      <TownMap how={t('town.how')} spots={[...spots.values()]} chosen={chosen} reach={reach} onChoose={(point) => say(point, reach)} />
      <Text size="sm" id="town-within">
        {t('town.within', { distance: reach })}
      </Text>
      <Slider
        min={0.5}
        max={5}
        step={0.5}
        value={reach}
        onChange={setReach}
        onChangeEnd={(value) => say(chosen ?? middle, value)}
        label={null}
        thumbProps={{ 'aria-labelledby': 'town-within' }}
      />
    </Stack>
  )
}
