import type { Kind, Listing, Shape } from '../api/client'
import { digitsOf } from '../parts/currencies'
import type { Point } from '../map/points'

/** A thing as it stands in a form: what is not written yet is empty. */
export interface Thing {
  title: string
  description: string
  /** in whole units of the currency, as people write it */
  price: number | ''
  quantity: number | ''
  /** one of the kind's conditions, where it asks for one */
  condition: string
  place: Where
}

export interface Where {
  name: string
  point: Point | null
}

export const nothing: Thing = { title: '', description: '', price: '', quantity: 1, condition: '', place: { name: '', point: null } }

type Said = Pick<Listing, 'title' | 'description' | 'price' | 'quantity' | 'condition' | 'place' | 'currency'>

/** A thing as the market has it. */
export function thingOf(listing: Said): Thing {
  const { title, description, price, quantity, condition, place, currency } = listing
  return {
    title,
    description,
    price: price / 10 ** digitsOf(currency),
    quantity,
    condition: condition ?? '',
    place: place ? { name: place.name, point: { lat: place.lat, lng: place.lng } } : nothing.place,
  }
}

/** What is sent of it. A place that is begun is sent as far as it is, so that the market says what is missing. */
export function givenOf(thing: Thing, kind: Kind): Shape['ListingChanges'] {
  const { title, description, price, quantity, condition, place } = thing
  return {
    title: title.trim(),
    description,
    price: price === '' ? null : Math.round(price * 10 ** digitsOf(kind.currency)),
    ...(kind.stock === 'counted' && quantity !== '' ? { quantity } : {}),
    ...(kind.conditions.length > 0 && condition ? { condition } : {}),
    ...(place.name.trim() || place.point ? { place: { name: place.name, ...place.point } } : {}),
  }
}

export function isSame(one: Thing, other: Thing) {
  const [first, second] = [one, other].map((thing) => JSON.stringify({ ...thing, title: thing.title.trim(), place: { ...thing.place, name: thing.place.name.trim() } }))
  return first === second
}
