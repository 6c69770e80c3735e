import { Anchor, Badge, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useCommand } from '../api/asking'
import { POST, type Shape } from '../api/client'
import { Amount } from '../parts/Amount'
import { Refused } from '../parts/Answers'
import { When } from '../parts/When'
import { Rows, useWord } from './parts'

type Errand = Shape['ErrandView']

/** What could not be done at the provider or the bank: it is tried again at once, to another account if the old one takes nothing. */
export function Errands({ items }: { items: Errand[] }) {
  const { t } = useTranslation()
  const word = useWord()
  const [elsewhere, choose] = useState<Errand | null>(null)
  const retry = useCommand(
    (body: Shape['RetryErrand'], key) => POST('/api/operator/payments/attention/retry', { body, params: { header: { 'Idempotency-Key': key } } }),
    'operating',
    'trade',
  )
  const send = (body: Shape['RetryErrand']) => retry.mutate(body, { onSuccess: () => choose(null) })
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
                      {word('problems', errand.problem)}
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
                <Button size="xs" loading={retry.isPending && retry.variables.key === errand.key} disabled={retry.isPending} onClick={() => send({ key: errand.key })}>
                  {t('operating.errand.retry')}
                </Button>
                {errand.account && (
                  <Button size="xs" variant="default" disabled={retry.isPending} onClick={() => choose(errand)}>
                    {t('operating.errand.elsewhere')}
                  </Button>
                )}
              </Group>
            </Group>
          </li>
        ))}
      </Rows>
      {retry.error && !elsewhere && <Refused refusal={retry.error} />}
      <Modal opened={elsewhere !== null} onClose={() => choose(null)} title={t('operating.errand.elsewhere')} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        {elsewhere && (
          <ToAccount label={t('operating.errand.to')} button={t('operating.errand.send')} busy={retry.isPending} send={(account) => send({ key: elsewhere.key, account })} />
        )}
        {retry.error && <Refused refusal={retry.error} />}
      </Modal>
    </>
  )
}

/** An account to send money to. */
export function ToAccount({
  label,
  how,
  button,
  busy,
  required = true,
  send,
}: {
  label: string
  how?: string
  button: string
  busy: boolean
  required?: boolean
  send: (account: string) => void
}) {
  const [account, setAccount] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send(account.trim())
      }}
    >
      <Stack>
        <TextInput label={label} description={how} required={required} maxLength={100} value={account} onChange={(event) => setAccount(event.currentTarget.value)} data-autofocus />
        <Button type="submit" loading={busy}>
          {button}
        </Button>
      </Stack>
    </form>
  )
}
