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
  const settle = useCommand(
    (body: Shape['SettleUnbooked'], key) => POST('/api/operator/payments/deposits/unbooked/settle', { body, params: { header: { 'Idempotency-Key': key } } }),
    'operating',
    'trade',
  )
  const [chosen, choose] = useState<{ position: number; settles: boolean } | null>(null)
  const { command, button } = chosen?.settles ? { command: settle, button: t('operating.settle.button') } : { command: retry, button: t('operating.errand.retry') }
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
              <Group gap="xs">
                <Button size="xs" onClick={() => choose({ position: deposit.position, settles: false })}>
                  {t('operating.errand.retry')}
                </Button>
                {deposit.settleable && (
                  <Button size="xs" variant="default" onClick={() => choose({ position: deposit.position, settles: true })}>
                    {t('operating.settle.button')}
                  </Button>
                )}
              </Group>
            </Group>
          </li>
        ))}
      </Rows>
      <Modal opened={chosen !== null} onClose={() => choose(null)} title={button} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        {chosen !== null && (
          <WithReason
            how={chosen.settles ? t('operating.settle.transferHow') : undefined}
            button={button}
            busy={command.isPending}
            send={(reason) => command.mutate({ position: chosen.position, reason }, { onSuccess: () => choose(null) })}
          />
        )}
        {command.error && <Refused refusal={command.error} />}
      </Modal>
    </>
  )
}
