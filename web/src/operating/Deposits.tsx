import { Anchor, Badge, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useCommand } from '../api/asking'
import { POST, type Shape } from '../api/client'
import { Amount } from '../parts/Amount'
import { Refused } from '../parts/Answers'
import { When } from '../parts/When'
import { Rows, WithReason } from './parts'

type Deposit = Shape['DepositView']

/** Money that nobody expects: it belongs to a trade after all, or it goes back. */
export function Deposits({ items }: { items: Deposit[] }) {
  const { t } = useTranslation()
  const [chosen, choose] = useState<{ deposit: Deposit; to: 'match' | 'back' } | null>(null)
  const header = (key: string) => ({ 'Idempotency-Key': key })
  const match = useCommand(
    ({ id, ...body }: { id: string } & Shape['MatchDeposit'], key) => POST('/api/operator/payments/deposits/{id}/match', { body, params: { path: { id }, header: header(key) } }),
    'operating',
    'trade',
  )
  const sendBack = useCommand(
    ({ id, reason }: { id: string; reason: string }, key) =>
      POST('/api/operator/payments/deposits/{id}/send-back', { body: { reason }, params: { path: { id }, header: header(key) } }),
    'operating',
    'trade',
  )
  const close = () => {
    match.reset()
    sendBack.reset()
    choose(null)
  }
  const refusal = match.error ?? sendBack.error
  return (
    <>
      <Rows>
        {items.map((deposit) => (
          <li key={deposit.id}>
            <Group justify="space-between" gap="xs" align="flex-start">
              <Stack gap={2}>
                <Group gap="xs">
                  <Text fw={600}>
                    <Amount minor={deposit.amount} currency={deposit.currency} />
                  </Text>
                  <Badge variant="light" color="orange" c="inherit">
                    {t(`operating.deposit.fits.${deposit.fits as 'late'}`, { defaultValue: deposit.fits })}
                  </Badge>
                </Group>
                <Text size="sm">{t('operating.deposit.reference', { reference: deposit.reference || '–', from: deposit.from })}</Text>
                <Text size="sm" c="dimmed">
                  <When at={deposit.at} />
                </Text>
                {deposit.trade && (
                  <Anchor size="sm" component={Link} to={`/operating/trades/${deposit.trade}`}>
                    {t('operating.toTrade')}
                  </Anchor>
                )}
              </Stack>
              <Group gap="xs">
                <Button size="xs" onClick={() => choose({ deposit, to: 'match' })}>
                  {t('operating.deposit.match')}
                </Button>
                <Button size="xs" variant="default" onClick={() => choose({ deposit, to: 'back' })}>
                  {t('operating.deposit.sendBack')}
                </Button>
              </Group>
            </Group>
          </li>
        ))}
      </Rows>
      <Modal
        opened={chosen !== null}
        onClose={close}
        title={chosen?.to === 'match' ? t('operating.deposit.match') : t('operating.deposit.sendBack')}
        closeButtonProps={{ 'aria-label': t('answers.close') }}
      >
        <Stack>
          {chosen?.to === 'match' && (
            <ForTrade
              trade={chosen.deposit.trade ?? ''}
              busy={match.isPending}
              send={(trade, reason) => match.mutate({ id: chosen.deposit.id, trade, reason }, { onSuccess: close })}
            />
          )}
          {chosen?.to === 'back' && (
            <WithReason
              how={t('operating.deposit.backHow')}
              button={t('operating.deposit.sendBack')}
              busy={sendBack.isPending}
              send={(reason) => sendBack.mutate({ id: chosen.deposit.id, reason }, { onSuccess: close })}
            />
          )}
          {refusal && <Refused refusal={refusal} />}
        </Stack>
      </Modal>
    </>
  )
}

/** The name of a trade, as it stands on its page. */
export const anId = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'

function ForTrade({ trade, busy, send }: { trade: string; busy: boolean; send: (trade: string, reason: string) => void }) {
  const { t } = useTranslation()
  const [id, setId] = useState(trade)
  return (
    <WithReason button={t('operating.deposit.match')} busy={busy} send={(reason) => send(id.trim(), reason)}>
      <TextInput
        label={t('operating.trades.id')}
        description={t('operating.deposit.matchHow')}
        required
        pattern={` *${anId} *`}
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
        data-autofocus
      />
    </WithReason>
  )
}
