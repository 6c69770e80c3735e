import { POST } from '../api/client'
import { asBody } from '../parts/pictures'
import { remembering } from './known'

/** Pictures that a listing can have. */
export const most = 8

/** Adds a picture to a listing. */
export function addPicture(listing: string, picture: File, key: string) {
  return remembering(POST('/api/listings/{id}/pictures', { params: { path: { id: listing }, header: { 'Idempotency-Key': key } }, ...asBody(picture) }))
}
