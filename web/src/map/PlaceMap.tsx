import { lazy, Suspense, useEffect, useState } from 'react'
import { useSandbox } from '../api/session'
import { Waiting } from '../parts/Answers'
import { orElse } from '../parts/Boundary'
import { useMapFile, type Shown } from './points'
import { TownMap } from './TownMap'

const TileMap = lazy(orElse(() => import('./TileMap'), MissingMap))

/**
 * The map on which places are shown and chosen: of the operator's file, or of the drawn town in a sandbox without one. Elsewhere, and in a browser that cannot
 * draw the file, there is none; whatever a map is for can be done beside it too.
 */
export function PlaceMap(shown: Shown) {
  const file = useMapFile()
  const isSandbox = useSandbox()
  const [hasFailed, fail] = useState(false)
  if (file.isPending) {
    return <Waiting />
  }

  return file.data?.tiles && !hasFailed ? (
    <Suspense fallback={<Waiting />}>
      <TileMap {...shown} tiles={file.data.tiles} attribution={file.data.attribution} onFail={() => fail(true)} />
    </Suspense>
  ) : (
    isSandbox && <TownMap {...shown} />
  )
}

/** The part of the program that draws could not be fetched. What a form around it holds must stay. */
function MissingMap({ onFail }: { onFail: () => void }) {
  useEffect(onFail, [onFail])
  return <></>
}
