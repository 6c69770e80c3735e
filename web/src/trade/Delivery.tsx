import { Button, Card, Group, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked, useCommand } from '../api/asking'
import { GET, POST, type Trade } from '../api/client'
import { Refused } from '../parts/Answers'

/** Where the thing goes, and for who brings it the button that says that it is there. */
export function Delivery({ trade, as }: { trade: Trade; as: string }) {
  const { t } = useTranslation()
  const bringing = as === 'seller' && trade.delivery === 'under-way'
  const mine = useAsked(['trade', 'deliveries', 'under-way'], () => GET('/api/deliveries', { params: { query: { state: 'under-way', limit: 100 } } }), bringing)
  const arrived = useCommand((_: null, key) => POST('/api/deliveries/{trade}/arrived', { params: { path: { trade: trade.id }, header: { 'Idempotency-Key': key } } }), 'trade')
  if (trade.delivery === 'none') {
    return null
  }

  const address = mine.data?.items.find((one) => one.trade === trade.id)?.address
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('delivery.title')}
        </Title>
        <Text size="sm">{t(`delivery.${trade.delivery as 'arrived'}`)}</Text>
        {address && <Text size="sm">{t('delivery.to', { address })}</Text>}
        {bringing && (
          <Group>
            <Button loading={arrived.isPending} onClick={() => arrived.mutate(null)}>
              {t('delivery.mark')}
            </Button>
          </Group>
        )}
        {arrived.error && <Refused refusal={arrived.error} />}
      </Stack>
    </Card>
  )
}
