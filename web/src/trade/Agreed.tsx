import { Anchor, Card, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Trade } from '../api/client'
import { useAmounts } from '../parts/Amount'

/** What the trade is about, as it was when the trade began: its owner may say it otherwise since, and that changes no trade. */
export function Agreed({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const amount = useAmounts()
  const { title, price, description, pictures, place } = trade.listing
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
            {amount(price, trade.currency)}
          </Text>
        </Text>
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
