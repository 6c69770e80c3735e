import { useAsked } from '../api/asking'
import { GET } from '../api/client'

/** Degrees north and east, of WGS 84. */
export interface Point {
  lat: number
  lng: number
}

/** A place that a map shows; with a count, how much there is. */
export interface Spot extends Point {
  name: string
  count?: number
}

/** What every map shows, and what it is told of. */
export interface Shown {
  spots: Spot[]
  chosen: Point | null
  /** kilometres around the chosen point */
  reach?: number
  onChoose: (point: Point) => void
  /** told of the part of the world that the map shows: west,south,east,north */
  onMove?: (box: string) => void
}

const kilometresOfDegree = 111.195

/** To some ten metres. */
export function rounded({ lat, lng }: Point): Point {
  return { lat: Number(lat.toFixed(4)), lng: Number(lng.toFixed(4)) }
}

/** Latitude and longitude as people copy them from other maps: "37.5665, 126.978". Null when the text is something else. */
export function pointOf(text: string): Point | null {
  const [, lat, lng] = /^\s*(-?\d{1,2}(?:\.\d+)?)[\s,]+(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text) ?? []
  const point = { lat: Number(lat), lng: Number(lng) }
  return Math.abs(point.lat) <= 90 && Math.abs(point.lng) <= 180 ? point : null
}

/** The points at so many kilometres around a point, as a closed line. */
export function circleAround({ lat, lng }: Point, kilometres: number): [lng: number, lat: number][] {
  const high = kilometres / kilometresOfDegree
  const wide = high / Math.max(Math.cos((lat * Math.PI) / 180), 0.01)
  return Array.from({ length: 65 }, (_, corner) => {
    const angle = (corner / 64) * 2 * Math.PI
    return [lng + wide * Math.sin(angle), lat + high * Math.cos(angle)]
  })
}

/** The map of the operator, if there is one. */
export function useMapFile() {
  // It begins with none of the topics that change: another map comes with another start of the program.
  return useAsked(['map'], () => GET('/api/map'))
}

/** What a search asks for besides the place. */
export type Searched = { q?: string; kind?: string; minPrice?: number; maxPrice?: number; available?: string; condition?: string }

/**
 * Where what is searched for is, and how much at each place.
 * @param box the part of the world that a map shows: west,south,east,north
 */
export function usePlaces(searched: Searched = {}, box?: string) {
  return useAsked(['listing', 'places', searched, box], () => GET('/api/listings/places', { params: { query: { ...searched, bbox: box } } }))
}
