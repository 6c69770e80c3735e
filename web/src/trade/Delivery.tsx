import { Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand } from '../api/asking'
import { POST, PUT, type Trade } from '../api/client'
import { Refused } from '../parts/Answers'

/** Where the thing goes; for the buyer another address until it is sent, and for who brings it the button that says that it is there. */
export function Delivery({ trade, as }: { trade: Trade; as: string }) {
  const { t } = useTranslation()
  const bringing = as === 'seller' && trade.delivery === 'under-way'
  const arrived = useCommand((_: null, key) => POST('/api/deliveries/{trade}/arrived', { params: { path: { trade: trade.id }, header: { 'Idempotency-Key': key } } }), 'trade')
  if (trade.delivery === 'none' && trade.address === null) {
    return null
  }

  return (
    <Card withBorder>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('delivery.title')}
        </Title>
        <Text size="sm">{t(`delivery.${trade.delivery as 'arrived'}`)}</Text>
        {trade.address !== null && <Text size="sm">{t('delivery.to', { address: trade.address })}</Text>}
        {trade.mayChangeAddress && <OtherAddress trade={trade} />}
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

function OtherAddress({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const [address, setAddress] = useState<string | null>(null)
  const change = useCommand((given: string) => PUT('/api/trades/{id}/address', { body: { address: given }, params: { path: { id: trade.id } } }), 'trade')
  if (address === null) {
    return (
      <Group>
        <Button variant="default" size="compact-sm" onClick={() => setAddress(trade.address ?? '')}>
          {t('delivery.change')}
        </Button>
      </Group>
    )
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate(address.trim(), { onSuccess: () => setAddress(null) })
      }}
    >
      <Stack gap="xs" align="flex-start">
        <TextInput
          label={t('delivery.other')}
          required
          maxLength={300}
          w="100%"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          error={change.error?.fields.address}
        />
        {change.error && <Refused refusal={change.error} />}
        <Group gap="xs">
          <Button type="submit" loading={change.isPending}>
            {t('me.save')}
          </Button>
          <Button variant="default" onClick={() => setAddress(null)}>
            {t('delivery.keep')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
