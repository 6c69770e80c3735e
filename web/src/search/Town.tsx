import { Slider, Stack, Text } from '@mantine/core'
import { useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Listing } from '../api/client'

/** The corners of the drawn town, in degrees; a degree of latitude is 111 km, one of longitude here 89 km. */
const west = 127.785
const east = 127.831
const south = 36.601
const north = 36.644
const width = 820
const height = Math.round((width * (north - south) * 111.2) / ((east - west) * 89.2))
const kilometre = width / ((east - west) * 89.2)
const step = 0.001

const x = (lng: number) => ((lng - west) / (east - west)) * width
const y = (lat: number) => ((north - lat) / (north - south)) * height

interface Chosen {
  listings: Listing[]
  /** lat,lng as the search takes it */
  near: string | null
  /** kilometres */
  within: number
  onChange: (near: string, within: number) => void
}

/** A map of the town of the samples, which is nowhere, and is drawn here: a click, or the arrow keys, say around where to look. */
export default function Town({ listings, near, within, onChange }: Chosen) {
  const { t } = useTranslation()
  const [lat, lng] = (near?.split(',').map(Number) ?? []) as [number?, number?]
  const here = { lat: lat ?? (south + north) / 2, lng: lng ?? (west + east) / 2 }
  const [reach, setReach] = useState(within)
  const choose = (at: { lat: number; lng: number }, within: number) =>
    onChange(`${Math.min(north, Math.max(south, at.lat)).toFixed(4)},${Math.min(east, Math.max(west, at.lng)).toFixed(4)}`, within)

  const walk = (event: KeyboardEvent) => {
    const steps: Record<string, [number, number]> = { ArrowUp: [step, 0], ArrowDown: [-step, 0], ArrowLeft: [0, -step], ArrowRight: [0, step], Enter: [0, 0] }
    const way = steps[event.key]
    if (way) {
      event.preventDefault()
      choose({ lat: here.lat + way[0], lng: here.lng + way[1] }, reach)
    }
  }

  const places = new Map<string, { lat: number; lng: number; count: number }>()
  listings.forEach(({ place }) => {
    if (place && place.lat > south && place.lat < north && place.lng > west && place.lng < east) {
      places.set(place.name, { ...place, count: (places.get(place.name)?.count ?? 0) + 1 })
    }
  })

  return (
    <Stack gap="xs">
      <Text size="sm" id="town-how">
        {t('town.how')}
      </Text>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className="town"
        role="application"
        tabIndex={0}
        aria-label={t('town.label')}
        aria-describedby="town-how"
        onKeyDown={walk}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          choose({ lat: north - ((event.clientY - box.top) / box.height) * (north - south), lng: west + ((event.clientX - box.left) / box.width) * (east - west) }, reach)
        }}
      >
        <rect width={width} height={height} className="land" />
        <path className="hill" d={`M0 0H300C260 90 180 150 120 170C60 190 20 240 0 250Z`} />
        <path className="hill" d={`M${width} 60C740 90 720 200 760 280C790 330 820 330 ${width} 330Z`} />
        <path className="river" d={`M0 690C160 620 300 700 430 640S640 560 ${width} 610`} />
        <path
          className="street"
          d={`M60 ${height}C200 700 320 560 380 470S520 250 640 60M0 420C200 380 330 430 480 440S700 420 ${width} 470M430 ${height}C460 700 520 560 540 440S560 180 520 0`}
        />
        {near && <circle cx={x(here.lng)} cy={y(here.lat)} r={reach * kilometre} className="reach" />}
        {[...places].map(([name, place]) => (
          <g key={name}>
            <circle cx={x(place.lng)} cy={y(place.lat)} r={10 + 2 * Math.min(place.count, 8)} className="place" />
            <text x={x(place.lng)} y={y(place.lat) + 6} textAnchor="middle" className="count">
              {place.count}
            </text>
            <text x={x(place.lng)} y={y(place.lat) + 44} textAnchor="middle" className="name">
              {name}
            </text>
          </g>
        ))}
        {near && <circle cx={x(here.lng)} cy={y(here.lat)} r="8" className="here" />}
      </svg>
      <Text size="sm" id="town-within">
        {t('town.within', { distance: reach })}
      </Text>
      <Slider
        min={0.5}
        max={5}
        step={0.5}
        value={reach}
        onChange={setReach}
        onChangeEnd={(value) => choose(here, value)}
        label={null}
        thumbProps={{ 'aria-labelledby': 'town-within' }}
      />
    </Stack>
  )
}
