import { Anchor, Card, SimpleGrid, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Trade } from '../api/client'
import { usePrices } from '../parts/Amount'
import { fetched } from '../parts/Boundary'

const PictureDialog = lazy(fetched(() => import('../parts/PictureDialog')))

/** What the trade is about, as it was when the trade began: its owner may say it otherwise since, and that changes no trade. */
export function Agreed({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const written = usePrices()
  const [enlarged, enlarge] = useState<number | null>(null)
  const { title, price, description, pictures, place, conditionLabel } = trade.listing
  const count = pictures.length
  const shown = pictures.map((picture, index) => ({
    address: `/api/trades/${trade.id}/pictures/${picture}`,
    alt: t('pictures.alt', { title, number: index + 1, count }),
  }))
  return (
    <Card withBorder component="section" aria-label={t('agreed.title')}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('agreed.title')}
        </Title>
        <Text size="sm">
          {title}
          <br />
          <Text span fw={700}>
            {written(price, trade.currency)}
          </Text>
        </Text>
        {count > 0 && (
          <SimpleGrid cols={4}>
            {shown.map(({ address, alt }, index) => (
              <UnstyledButton key={address} onClick={() => enlarge(index)} aria-label={t('pictures.enlarge', { number: index + 1, count })}>
                <img className="picture" src={`${address}?size=small`} alt={alt} loading="lazy" />
              </UnstyledButton>
            ))}
          </SimpleGrid>
        )}
        {enlarged !== null && (
          <Suspense fallback={null}>
            <PictureDialog pictures={shown} first={enlarged} onClose={() => enlarge(null)} />
          </Suspense>
        )}
        {conditionLabel && <Text size="sm">{`${t('listing.condition')}: ${conditionLabel}`}</Text>}
        {description && (
          <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
            {description}
          </Text>
        )}
        {place && (
          <Text size="sm">
            {`${t('agreed.place')}: ${place.name} `}
            <Anchor href={`geo:${place.lat},${place.lng}`}>{`${place.lat}, ${place.lng}`}</Anchor>
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {t('agreed.how')}
        </Text>
      </Stack>
    </Card>
  )
}
