import { useState } from 'react'
import { Drawn } from './Picture'

interface Given {
  /** the listing's id */
  listing: string
  kind: string
  title?: string
}

/** How a thing looks, small, where only its id is known: beside trades, notices and deliveries. Its name stands beside it. */
export function Cover({ listing, kind, title = '' }: Given) {
  const [hasNone, foundNone] = useState(false)
  return (
    <div className="thumb small">
      {hasNone ? (
        <Drawn kind={kind} title={title} />
      ) : (
        <img className="picture" src={`/api/listings/${listing}/pictures/cover?size=small`} alt="" loading="lazy" onError={() => foundNone(true)} />
      )}
    </div>
  )
}
