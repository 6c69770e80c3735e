import { Text } from '@mantine/core'
import { useEffect, useEffectEvent, useId, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { rounded, type Point, type Shown } from './points'

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

/** Where one stands before a point is chosen. */
const middle = { lat: (south + north) / 2, lng: (west + east) / 2 }

/** A map of the town of the samples, which is nowhere, and is drawn here: a click, or the arrow keys, choose a point. */
export function TownMap({ spots, chosen, reach, onChoose, onMove }: Shown) {
  const { t } = useTranslation()
  const explained = useId()
  const at = chosen ?? middle
  const choose = (lat: number, lng: number) => onChoose(rounded({ lat: Math.min(north, Math.max(south, lat)), lng: Math.min(east, Math.max(west, lng)) }))

  const move = useEffectEvent(() => onMove?.([west, south, east, north].join(',')))
  useEffect(() => move(), [])

  const walk = (event: KeyboardEvent) => {
    const steps: Record<string, [number, number]> = { ArrowUp: [step, 0], ArrowDown: [-step, 0], ArrowLeft: [0, -step], ArrowRight: [0, step], Enter: [0, 0] }
    const way = steps[event.key]
    if (way) {
      event.preventDefault()
      choose(at.lat + way[0], at.lng + way[1])
    }
  }

  return (
    <>
      <Text size="sm" id={explained}>
        {t('map.chooseInTown')}
      </Text>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className="town"
        role="application"
        tabIndex={0}
        aria-label={t('map.label')}
        aria-describedby={explained}
        onKeyDown={walk}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          choose(north - ((event.clientY - box.top) / box.height) * (north - south), west + ((event.clientX - box.left) / box.width) * (east - west))
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
        {chosen && reach && <circle cx={x(at.lng)} cy={y(at.lat)} r={reach * kilometre} className="reach" />}
        {spots.filter(isInTown).map((spot) => (
          <g key={`${spot.name} ${spot.lat} ${spot.lng}`}>
            <circle cx={x(spot.lng)} cy={y(spot.lat)} r={10 + 2 * Math.min(spot.count ?? 0, 8)} className="place" />
            {spot.count && (
              <text x={x(spot.lng)} y={y(spot.lat) + 6} textAnchor="middle" className="count">
                {spot.count}
              </text>
            )}
            <text x={x(spot.lng)} y={y(spot.lat) + 44} textAnchor="middle" className="name">
              {spot.name}
            </text>
          </g>
        ))}
        {chosen && <circle cx={x(at.lng)} cy={y(at.lat)} r="12" className="here" />}
      </svg>
    </>
  )
}

function isInTown({ lat, lng }: Point) {
  return lat > south && lat < north && lng > west && lng < east
}
