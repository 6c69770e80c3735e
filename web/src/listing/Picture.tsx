import type { Listing } from '../api/client'

interface Given {
  listing: Listing
  index?: number
  /** a small copy, for lists */
  small?: boolean
  /** for who does not see it; none where the title stands beside it */
  alt?: string
  /** among the first that a page shows: others are fetched when they come near */
  first?: boolean
}

/** Where a picture is. Only of what is on offer does everyone see the pictures: others are asked for where the reader is known. */
export function addressOf({ id, status, pictures }: Listing, index: number) {
  return status === 'registered' ? `/api/pictures/${pictures[index]}` : `/api/listings/${id}/pictures/${pictures[index]}`
}

/** How a thing looks; one without a picture is drawn as its first letter. */
export function Picture({ listing, index = 0, small = false, alt = '', first = false }: Given) {
  if (listing.pictures[index]) {
    const address = addressOf(listing, index)
    return <img className="picture" src={small ? `${address}?size=small` : address} alt={alt} loading={first ? 'eager' : 'lazy'} fetchPriority={first ? 'high' : 'auto'} />
  }

  return <Drawn kind={listing.kind} title={listing.title} />
}

/** In place of a picture. */
export function Drawn({ kind, title }: { kind: string; title: string }) {
  return (
    <svg className="picture" viewBox="0 0 40 30" aria-hidden>
      <rect width="40" height="30" fill={`hsl(${hue(kind)} 35% 88%)`} />
      <text x="20" y="20" textAnchor="middle" fontSize="14" fontWeight="700" fill={`hsl(${hue(kind)} 45% 32%)`}>
        {[...title][0]}
      </text>
    </svg>
  )
}

/** The same for the same word, and another for most others. */
function hue(word: string) {
  return [...word].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7)
}
