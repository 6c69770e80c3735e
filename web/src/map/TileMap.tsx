import { ActionIcon, Anchor, Text, useComputedColorScheme } from '@mantine/core'
import { MapLibreMap, Marker, addProtocol, setWorkerUrl, type GeoJSONSource, type LngLatBoundsLike } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import worker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import { PMTiles, Protocol } from 'pmtiles'
import { useEffect, useEffectEvent, useId, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { circleAround, rounded, type Point, type Shown } from './points'
import { reachSource, styleOf, type Metadata } from './tiles'

const protocol = new Protocol()
addProtocol('pmtiles', protocol.tile)
// From the market itself, as its policy asks.
setWorkerUrl(new URL(worker, location.href).href)

interface Drawn extends Shown {
  /** the address of the file */
  tiles: string
  /** whose data it is; null is what the file says */
  attribution: string | null
  /** told when this browser cannot draw the map, or the file cannot be read */
  onFail: () => void
}

/** The map of the operator's file. A click, or Enter for its center, chooses a point. */
export default function TileMap({ tiles, attribution, spots, chosen, reach, onChoose, onMove, onFail }: Drawn) {
  const { t, i18n } = useTranslation()
  const explained = useId()
  const box = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<MapLibreMap>()
  const [credit, setCredit] = useState('')
  const isDark = useComputedColorScheme('light') === 'dark'
  const [label, twoFingers] = [t('map.label'), t('map.twoFingers')]

  const choose = useEffectEvent((point: Point) => onChoose(rounded(point)))
  const fail = useEffectEvent(onFail)
  const move = useEffectEvent((moved: MapLibreMap) => onMove?.(boxOf(moved)))
  const beginning = useEffectEvent((whole: LngLatBoundsLike) => (chosen ? boundsOf(circleAround(chosen, reach ?? 1)) : spots.length > 0 ? boundsOf(spots.map(lngLat)) : whole))

  useEffect(() => {
    let made: MapLibreMap | undefined
    let isGone = false
    const file = new PMTiles(new URL(tiles, location.href).href)
    protocol.add(file)

    const draw = async () => {
      const [header, metadata] = await Promise.all([file.getHeader(), file.getMetadata() as Promise<Metadata>])
      if (isGone || !box.current) {
        return
      }

      setCredit(metadata.attribution ?? '')
      made = new MapLibreMap({
        container: box.current,
        style: styleOf(`pmtiles://${file.source.getKey()}`, header, metadata, isDark, i18n.language),
        bounds: beginning([header.minLon, header.minLat, header.maxLon, header.maxLat]),
        fitBoundsOptions: { padding: 48, maxZoom: 15 },
        locale: { 'Map.Title': label, 'CooperativeGesturesHandler.MobileHelpText': twoFingers },
        attributionControl: false,
        // The page itself is scrolled, by the wheel and by one finger.
        scrollZoom: false,
        cooperativeGestures: true,
        dragRotate: false,
        touchPitch: false,
        maxPitch: 0,
      })
      const shown = made
      shown.touchZoomRotate.disableRotation()
      shown.keyboard.disableRotation()
      const canvas = shown.getCanvas()
      canvas.setAttribute('aria-describedby', explained)
      canvas.addEventListener('keydown', ({ key }) => key === 'Enter' && choose(shown.getCenter()))
      shown.on('click', ({ lngLat }) => choose(lngLat))
      shown.on('moveend', () => move(shown))
      // A tile that does not come leaves a gap and nothing more.
      shown.on('error', (event) => 'tile' in event || 'sourceId' in event || (!shown.isStyleLoaded() && fail()))
      shown.on('style.load', () => {
        setMap(shown)
        move(shown)
      })
    }

    draw().catch(fail)
    return () => {
      isGone = true
      setMap(undefined)
      made?.remove()
    }
  }, [tiles, isDark, i18n.language, label, twoFingers, explained])

  useEffect(() => {
    if (!map) {
      return
    }

    // The list beside the map leads to the same places by keyboard.
    const markers = spots.map((spot) => {
      const mark = markOf('spot', spot.count === undefined ? '' : String(spot.count))
      mark.title = spot.name
      mark.addEventListener('click', (event) => {
        event.stopPropagation()
        choose(spot)
      })
      return new Marker({ element: mark }).setLngLat(spot).addTo(map)
    })
    return () => markers.forEach((marker) => marker.remove())
  }, [map, spots])

  const [lat, lng] = [chosen?.lat, chosen?.lng]
  useEffect(() => {
    if (!map || lat === undefined || lng === undefined) {
      return
    }

    const circle = reach ? circleAround({ lat, lng }, reach) : null
    const whole = circle ? boundsOf(circle) : ([lng, lat, lng, lat] as const)
    void map
      .getSource<GeoJSONSource>(reachSource)
      ?.setData(circle ? { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [circle] } } : { type: 'FeatureCollection', features: [] })
    const marker = new Marker({ element: markOf('here', '') }).setLngLat({ lat, lng }).addTo(map)
    const seen = map.getBounds()
    if (!seen.contains([whole[0], whole[1]]) || !seen.contains([whole[2], whole[3]])) {
      map.fitBounds([...whole], circle ? {} : { maxZoom: map.getZoom() })
    }

    return () => {
      marker.remove()
    }
  }, [map, lat, lng, reach])

  return (
    <>
      <Text size="sm" id={explained}>
        {t('map.choose')}
      </Text>
      <div className="map">
        <div ref={box} />
        <ActionIcon.Group orientation="vertical">
          <ActionIcon variant="default" size="lg" aria-label={t('map.zoomIn')} onClick={() => map?.zoomIn()}>
            +
          </ActionIcon>
          <ActionIcon variant="default" size="lg" aria-label={t('map.zoomOut')} onClick={() => map?.zoomOut()}>
            −
          </ActionIcon>
        </ActionIcon.Group>
      </div>
      <Text size="xs" c="dimmed">
        {creditOf(attribution ?? credit)}
      </Text>
    </>
  )
}

function markOf(name: string, text: string) {
  const mark = document.createElement('div')
  mark.className = name
  mark.textContent = text
  mark.ariaHidden = 'true'
  return mark
}

function lngLat({ lat, lng }: Point): [number, number] {
  return [lng, lat]
}

function boundsOf(points: [number, number][]): [number, number, number, number] {
  const [lngs, lats] = [points.map(([lng]) => lng), points.map(([, lat]) => lat)]
  return [Math.min(...lngs), Math.min(...lats), Math.max(...lngs), Math.max(...lats)]
}

/** The part of the world that a map shows, as the market takes it: not more than once around, and to some metres. */
function boxOf(map: MapLibreMap) {
  const bounds = map.getBounds()
  const [west, east] = bounds.getEast() - bounds.getWest() >= 360 ? [-180, 180] : [around(bounds.getWest()), around(bounds.getEast())]
  return [west, Math.max(-90, bounds.getSouth()), east, Math.min(90, bounds.getNorth())].map((degrees) => degrees.toFixed(5)).join(',')
}

function around(lng: number) {
  return ((((lng + 180) % 360) + 360) % 360) - 180
}

/** What a file says of its data: text with links in it, of which nothing else is taken. */
function creditOf(html: string): ReactNode[] {
  return [...new DOMParser().parseFromString(html, 'text/html').body.childNodes].map((node, index) =>
    node instanceof HTMLAnchorElement && /^https?:$/.test(node.protocol) ? (
      <Anchor key={index} href={node.href} target="_blank" rel="noreferrer" inherit>
        {node.textContent}
      </Anchor>
    ) : (
      node.textContent
    ),
  )
}
