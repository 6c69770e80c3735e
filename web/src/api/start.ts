import i18n from '../texts'
import { queries } from './asking'
import type { Shape } from './client'
import { keyOfList } from './lists'

interface Start {
  language: string
  /** the position in the live stream after which the changes of the list come */
  since: string
  listings: Shape['ViewPageOfListingView']
}

/** Under which a search is kept. */
export const keyOfSearch = (query: object, sort: string) => ['listing', 'search', query, sort]

/** Takes over what the program has written into the page. @returns where the live stream is to begin, if it is known */
export function takeStart(): string | undefined {
  const written = document.getElementById('start')
  if (!written) {
    return undefined
  }

  const { language, since, listings } = JSON.parse(written.textContent) as Start
  written.remove()
  if (language === i18n.language) {
    queries.setQueryData(keyOfList(keyOfSearch({}, 'newest'), language), { pages: [listings], pageParams: [undefined] })
  }

  return since
}
