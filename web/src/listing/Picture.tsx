import type { Listing } from '../api/client'

interface Given {
  listing: Listing
  index?: number
  /** a small copy, for lists */
  small?: boolean
}

/** How a thing looks; one without a picture is drawn as its first letter. */
export function Picture({ listing, index = 0, small = false }: Given) {
  const picture = listing.pictures[index]
  if (picture) {
    // Only of what is on offer does everyone see the pictures: others are asked for where the reader is known.
    const where = listing.status === 'registered' ? `/api/pictures/${picture}` : `/api/listings/${listing.id}/pictures/${picture}`
    return <img className="picture" src={small ? `${where}?size=small` : where} alt="" loading="lazy" />
  }

  return (
    <svg className="picture" viewBox="0 0 40 30" aria-hidden>
      <rect width="40" height="30" fill={`hsl(${hue(listing.kind)} 35% 88%)`} />
      <text x="20" y="20" textAnchor="middle" fontSize="14" fontWeight="700" fill={`hsl(${hue(listing.kind)} 45% 32%)`}>
        {[...listing.title][0]}
      </text>
    </svg>
  )
}

/** The same for the same word, and another for most others. */
function hue(word: string) {
  return [...word].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7)
}
