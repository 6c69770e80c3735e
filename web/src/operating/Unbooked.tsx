import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand } from '../api/asking'
import { POST, type Shape } from '../api/client'
import { Amount } from '../parts/Amount'
import { Refused } from '../parts/Answers'
import { When } from '../parts/When'
import { Rows, WithReason } from './parts'

/** What the bank has seen and the ledger could not take. */
export function Unbooked({ items }: { items: Shape['UnbookedView'][] }) {
  const { t } = useTranslation()
  const retry = useCommand(
    (body: Shape['RetryUnbooked'], key) => POST('/api/operator/payments/deposits/unbooked/retry', { body, params: { header: { 'Idempotency-Key': key } } }),
    'operating',
    'trade',
  )
  const [chosen, choose] = useState<number | null>(null)
  return (
    <>
      <Rows>
        {items.map((deposit) => (
          <li key={deposit.position}>
            <Group justify="space-between" gap="xs" align="flex-start">
              <Stack gap={2}>
                <Text fw={600}>
                  <Amount minor={deposit.amount} currency={deposit.currency} />
                </Text>
                <Text size="sm">{t('operating.deposit.reference', { reference: deposit.reference ?? '–', from: deposit.from ?? '–' })}</Text>
                <Text size="sm" lang="en">
                  {deposit.reason}
                </Text>
                <Text size="sm" c="dimmed">
                  <When at={deposit.at} />
                </Text>
              </Stack>
              <Button size="xs" onClick={() => choose(deposit.position)}>
                {t('operating.errand.retry')}
              </Button>
            </Group>
          </li>
        ))}
      </Rows>
      <Modal opened={chosen !== null} onClose={() => choose(null)} title={t('operating.errand.retry')} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        {chosen !== null && (
          <WithReason
            button={t('operating.errand.retry')}
            busy={retry.isPending}
            send={(reason) => retry.mutate({ position: chosen, reason }, { onSuccess: () => choose(null) })}
          />
        )}
        {retry.error && <Refused refusal={retry.error} />}
      </Modal>
    </>
  )
}
