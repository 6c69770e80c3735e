import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Listing } from '../api/client'
import { usePrices } from '../parts/Amount'

/** What a thing costs, and for how long. */
export function Price({ listing, size }: { listing: Listing; size?: string }) {
  const { t } = useTranslation()
  const price = usePrices()
  return (
    <Text fw={700} size={size}>
      {price(listing.price, listing.currency)}
      {listing.price > 0 && listing.perLabel && listing.per !== 'each' && (
        <Text span fw={400} size="sm">
          {` ${t('listing.per', { per: listing.perLabel })}`}
        </Text>
      )}
    </Text>
  )
}
