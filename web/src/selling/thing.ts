import type { Listing, Shape } from '../api/client'
import { digitsOf } from '../parts/currencies'
import type { Point } from '../parts/TownMap'

/** A thing as it stands in a form: what is not written yet is empty. */
export interface Thing {
  title: string
  description: string
  /** in whole units of the currency, as people write it */
  price: number | ''
  quantity: number | ''
  place: Where
}

export interface Where {
  name: string
  point: Point | null
}

export const nothing: Thing = { title: '', description: '', price: '', quantity: 1, place: { name: '', point: null } }

type Said = Pick<Listing, 'title' | 'description' | 'price' | 'quantity' | 'place' | 'currency'>

/** A thing as the market has it. */
export function thingOf(listing: Said): Thing {
  const { title, description, price, quantity, place, currency } = listing
  return { title, description, price: price / 10 ** digitsOf(currency), quantity, place: place ? { name: place.name, point: { lat: place.lat, lng: place.lng } } : nothing.place }
}

/** What is sent of it. A place that is begun is sent as far as it is, so that the market says what is missing. */
export function givenOf(thing: Thing, currency: string, isCounted: boolean): Shape['ListingChanges'] {
  const { title, description, price, quantity, place } = thing
  return {
    title: title.trim(),
    description,
    price: price === '' ? null : Math.round(price * 10 ** digitsOf(currency)),
    ...(isCounted && quantity !== '' ? { quantity } : {}),
    ...(place.name.trim() || place.point ? { place: { name: place.name, ...place.point } } : {}),
  }
}

export function isSame(one: Thing, other: Thing) {
  const [first, second] = [one, other].map((thing) => JSON.stringify({ ...thing, title: thing.title.trim(), place: { ...thing.place, name: thing.place.name.trim() } }))
  return first === second
}
