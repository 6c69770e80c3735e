import type { FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import { TileType, type Header } from 'pmtiles'

/** What a file says of itself; nothing in it is certain to be there. */
export interface Metadata {
  attribution?: string
  vector_layers?: { id: string }[]
}

interface Colours {
  land: string
  green: string
  water: string
  building: string
  road: string
  border: string
  text: string
  mark: string
}

const light: Colours = {
  land: '#f3efe4',
  green: '#dbe8cf',
  water: '#b9dcec',
  building: '#e4dccb',
  road: '#ffffff',
  border: '#a89f8d',
  text: '#33302a',
  mark: '#0b6e69',
}
const dark: Colours = {
  land: '#2b2a26',
  green: '#2d3a2c',
  water: '#26475a',
  building: '#38362f',
  road: '#55524a',
  border: '#7d786c',
  text: '#e6e2d8',
  mark: '#63c7bf',
}

/** The source of the circle around the chosen point. */
export const reachSource = 'reach'

/** What such areas are called in either schema. */
const greens = ['forest', 'wood', 'park', 'grass', 'grassland', 'meadow', 'scrub', 'nature_reserve', 'national_park', 'garden', 'golf_course', 'cemetery', 'village_green']
const isGreen: FilterSpecification = ['in', ['coalesce', ['get', 'kind'], ['get', 'class'], ''], ['literal', greens]]
const isLarge: FilterSpecification = [
  'in',
  ['coalesce', ['get', 'kind'], ['get', 'class'], ''],
  ['literal', ['highway', 'major_road', 'motorway', 'trunk', 'primary', 'secondary']],
]
const fonts = ['Noto Sans KR Variable', 'sans-serif']

/**
 * How the map of a file is drawn: tiles that are pictures as they are, and vector tiles in the colours of the pages. The layers of two schemas are known
 * by their names: Protomaps basemaps and OpenMapTiles. Letters are those of the device, so that none are fetched.
 */
export function styleOf(address: string, header: Header, { vector_layers: layers = [] }: Metadata, isDark: boolean, language: string): StyleSpecification {
  const colours = isDark ? dark : light
  const isVector = header.tileType === TileType.Mvt || header.tileType === TileType.Mlt
  return {
    version: 8,
    sources: {
      map: isVector ? { type: 'vector', url: address, ...(header.tileType === TileType.Mlt ? { encoding: 'mlt' } : {}) } : { type: 'raster', url: address, tileSize: 256 },
      [reachSource]: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
    },
    layers: [
      { id: 'land', type: 'background', paint: { 'background-color': colours.land } },
      ...(isVector ? layersOf(new Set(layers.map(({ id }) => id)), colours, language) : [{ id: 'pictures', type: 'raster', source: 'map' } as const]),
      { id: 'reach', type: 'fill', source: reachSource, paint: { 'fill-color': colours.mark, 'fill-opacity': 0.13 } },
      { id: 'reach-line', type: 'line', source: reachSource, paint: { 'line-color': colours.mark, 'line-width': 2 } },
    ],
  }
}

function layersOf(known: Set<string>, colours: Colours, language: string): LayerSpecification[] {
  const name = (layer: string) => ({ id: layer, source: 'map', 'source-layer': layer }) as const
  const those = (...names: string[]) => names.filter((one) => known.has(one))
  const roadWidth = (small: number, large: number) => ['interpolate', ['exponential', 1.6], ['zoom'], 8, ['case', isLarge, 1, 0.3], 18, ['case', isLarge, large, small]] as never
  const labelled = ['coalesce', ['get', `name:${language}`], ['get', `name_${language}`], ['get', 'name']] as never
  const text = { 'text-color': colours.text, 'text-halo-color': colours.land, 'text-halo-width': 1.5 }

  return [
    ...those('landcover', 'landuse', 'park').map((layer): LayerSpecification => ({
      ...name(layer),
      type: 'fill',
      filter: layer === 'park' ? true : isGreen,
      paint: { 'fill-color': colours.green },
    })),
    ...those('water').map((layer): LayerSpecification => ({ ...name(layer), type: 'fill', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': colours.water } })),
    ...those('waterway').map((layer): LayerSpecification => ({ ...name(layer), type: 'line', paint: { 'line-color': colours.water, 'line-width': 1.5 } })),
    ...those('buildings', 'building').map((layer): LayerSpecification => ({ ...name(layer), type: 'fill', minzoom: 14, paint: { 'fill-color': colours.building } })),
    ...those('roads', 'transportation').map((layer): LayerSpecification => ({
      ...name(layer),
      type: 'line',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': colours.road, 'line-width': roadWidth(8, 22) },
    })),
    ...those('boundaries', 'boundary').map((layer): LayerSpecification => ({
      ...name(layer),
      type: 'line',
      paint: { 'line-color': colours.border, 'line-width': 1, 'line-dasharray': [3, 2] },
    })),
    ...those('roads', 'transportation_name').map((layer): LayerSpecification => ({
      ...name(layer),
      id: `${layer}-names`,
      type: 'symbol',
      minzoom: 13,
      layout: { 'symbol-placement': 'line', 'text-field': labelled, 'text-font': fonts, 'text-size': 12 },
      paint: text,
    })),
    ...those('places', 'place').map((layer): LayerSpecification => ({
      ...name(layer),
      type: 'symbol',
      layout: { 'text-field': labelled, 'text-font': fonts, 'text-size': 14 },
      paint: text,
    })),
  ]
}
