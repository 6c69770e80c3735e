import { SimpleGrid, Stack, UnstyledButton } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Listing } from '../api/client'
import { fetched } from '../parts/Boundary'
import { addressOf, Picture } from './Picture'

const PictureDialog = lazy(fetched(() => import('../parts/PictureDialog')))

/** The pictures of a thing: the cover large, the others below it. Each opens in a dialog. */
export function Gallery({ listing }: { listing: Listing }) {
  const { t } = useTranslation()
  const [enlarged, enlarge] = useState<number | null>(null)
  const count = listing.pictures.length
  if (count === 0) {
    return <Picture listing={listing} />
  }

  const alt = (index: number) => t('pictures.alt', { title: listing.title, number: index + 1, count })
  const one = (index: number) => (
    <UnstyledButton key={listing.pictures[index]} onClick={() => enlarge(index)} aria-label={t('pictures.enlarge', { number: index + 1, count })}>
      <Picture listing={listing} index={index} small={index > 0} alt={alt(index)} first={index === 0} />
    </UnstyledButton>
  )
  return (
    <Stack>
      {one(0)}
      {count > 1 && <SimpleGrid cols={4}>{listing.pictures.slice(1).map((_, index) => one(index + 1))}</SimpleGrid>}
      {enlarged !== null && (
        <Suspense fallback={null}>
          <PictureDialog pictures={listing.pictures.map((_, index) => ({ address: addressOf(listing, index), alt: alt(index) }))} first={enlarged} onClose={() => enlarge(null)} />
        </Suspense>
      )}
    </Stack>
  )
}
