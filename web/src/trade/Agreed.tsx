import { Anchor, Card, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Trade } from '../api/client'

/** What the trade is about, as it was when the trade began: its owner may say it otherwise since, and that changes no trade. */
export function Agreed({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const { description, pictures, place } = trade.listing
  if (!description && pictures.length === 0 && !place) {
    return null
  }

  return (
    <Card withBorder>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('agreed.title')}
        </Title>
        {pictures.length > 0 && (
          <SimpleGrid cols={4}>
            {pictures.map((picture, index) => (
              <a key={picture} href={`/api/trades/${trade.id}/pictures/${picture}`} target="_blank" rel="noreferrer" aria-label={t('agreed.picture', { number: index + 1 })}>
                <img className="picture" src={`/api/trades/${trade.id}/pictures/${picture}?size=small`} alt="" loading="lazy" />
              </a>
            ))}
          </SimpleGrid>
        )}
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
