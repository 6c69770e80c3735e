import { Badge, Card, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Listing } from '../api/client'
import { Picture } from '../listing/Picture'
import { Price } from '../listing/Price'

/** @param first Whether it is in the first row, whose pictures are seen at once. */
export function ListingCard({ listing, first }: { listing: Listing; first: boolean }) {
  const { t } = useTranslation()
  return (
    <li>
      <Card component={Link} to={`/listings/${listing.id}`} withBorder padding="sm" h="100%">
        <Card.Section>
          <Picture listing={listing} small first={first} />
        </Card.Section>
        <Text className="title" mt="xs" fw={600} lineClamp={2}>
          {listing.title}
        </Text>
        <Price listing={listing} />
        <Group gap={6} mt="auto" pt={4}>
          <Text size="xs" c="dimmed">
            {[listing.kindTitle, listing.conditionLabel].filter(Boolean).join(' · ')}
          </Text>
          {listing.place && (
            <Text size="xs" c="dimmed">
              {listing.distance === null ? listing.place.name : t('search.away', { place: listing.place.name, distance: listing.distance })}
            </Text>
          )}
          {listing.available === 0 && (
            <Badge size="sm" color="gray" variant="light">
              {t('listing.taken')}
            </Badge>
          )}
        </Group>
      </Card>
    </li>
  )
}
