import { Anchor, Badge, Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useCommand } from '../api/asking'
import { POST, type Shape } from '../api/client'
import { Amount } from '../parts/Amount'
import { Refused } from '../parts/Answers'
import { When } from '../parts/When'
import { Rows, useWord, WithReason } from './parts'

type Errand = Shape['ErrandView']

/**
 * What could not be done at the provider or the bank: it is tried again at once, to another account if the old one takes nothing, or
 * settled by hand where they report something else for good.
 */
export function Errands({ items }: { items: Errand[] }) {
  const { t } = useTranslation()
  const word = useWord()
  const [chosen, choose] = useState<{ errand: Errand; act: 'retry' | 'elsewhere' | 'settle' } | null>(null)
  const retry = useCommand(
    (body: Shape['RetryErrand'], key) => POST('/api/operator/payments/attention/retry', { body, params: { header: { 'Idempotency-Key': key } } }),
    'operating',
    'trade',
  )
  const settle = useCommand(
    (body: Shape['SettleErrand'], key) => POST('/api/operator/payments/attention/settle', { body, params: { header: { 'Idempotency-Key': key } } }),
    'operating',
    'trade',
  )
  const send = (body: Shape['RetryErrand']) => retry.mutate(body, { onSuccess: () => choose(null) })
  const refusal = chosen?.act === 'settle' ? settle.error : retry.error
  return (
    <>
      <Rows>
        {items.map((errand) => (
          <li key={errand.key}>
            <Group justify="space-between" gap="xs" align="flex-start">
              <Stack gap={2}>
                <Group gap="xs">
                  <Text fw={600}>
                    {word('errands', errand.what)}: <Amount minor={errand.amount} currency={errand.currency} />
                  </Text>
                  {errand.problem && (
                    <Badge variant="light" color="red" c="inherit">
                      {word('problems', errand.problem.startsWith('silent') ? 'silent' : errand.problem)}
                    </Badge>
                  )}
                </Group>
                <Text size="sm">{errand.waits ? t('operating.errand.waits') : t('operating.errand.tries', { count: errand.tries })}</Text>
                <Text size="sm" c="dimmed">
                  {errand.account && `${t('operating.errand.account', { account: errand.account })} · `}
                  <When at={errand.since} />
                </Text>
                {/* A deposit that is sent back is of no trade. */}
                {errand.verb !== 'send-back' && (
                  <Anchor size="sm" component={Link} to={`/operating/trades/${errand.subject}`}>
                    {t('operating.toTrade')}
                  </Anchor>
                )}
              </Stack>
              <Group gap="xs">
                <Button size="xs" onClick={() => choose({ errand, act: 'retry' })}>
                  {t('operating.errand.retry')}
                </Button>
                {errand.otherAccounts.length > 0 && (
                  <Button size="xs" variant="default" onClick={() => choose({ errand, act: 'elsewhere' })}>
                    {t('operating.errand.elsewhere')}
                  </Button>
                )}
                {errand.settleable && (
                  <Button size="xs" variant="default" onClick={() => choose({ errand, act: 'settle' })}>
                    {t('operating.settle.button')}
                  </Button>
                )}
              </Group>
            </Group>
          </li>
        ))}
      </Rows>
      <Modal
        opened={chosen !== null}
        onClose={() => choose(null)}
        title={chosen?.act === 'elsewhere' ? t('operating.errand.elsewhere') : chosen?.act === 'settle' ? t('operating.settle.button') : t('operating.errand.retry')}
        closeButtonProps={{ 'aria-label': t('answers.close') }}
      >
        {chosen?.act === 'elsewhere' && (
          <ToAccount accounts={chosen.errand.otherAccounts as string[]} busy={retry.isPending} send={(given) => send({ key: chosen.errand.key, ...given })} />
        )}
        {chosen?.act === 'retry' && <WithReason button={t('operating.errand.retry')} busy={retry.isPending} send={(reason) => send({ key: chosen.errand.key, reason })} />}
        {chosen?.act === 'settle' && (
          <WithReason
            how={t('operating.settle.errandHow')}
            button={t('operating.settle.button')}
            busy={settle.isPending}
            send={(reason) => settle.mutate({ key: chosen.errand.key, reason }, { onSuccess: () => choose(null) })}
          />
        )}
        {refusal && <Refused refusal={refusal} />}
      </Modal>
    </>
  )
}

/** Another account that the money may go to: nobody can type one in. */
function ToAccount({ accounts, busy, send }: { accounts: string[]; busy: boolean; send: (given: { account: string; reason: string }) => void }) {
  const { t } = useTranslation()
  const [account, setAccount] = useState(accounts[0]!)
  return (
    <WithReason how={t('operating.errand.elsewhereHow')} button={t('operating.errand.send')} busy={busy} send={(reason) => send({ account, reason })}>
      <Select label={t('operating.errand.to')} allowDeselect={false} value={account} data={accounts} onChange={(value) => setAccount(value!)} />
    </WithReason>
  )
}
