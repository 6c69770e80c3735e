import { Anchor, Button, Group, Modal, Select, Stack, Text, Title as Heading } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAsked, useCommand } from '../api/asking'
import { GET, POST, type Shape } from '../api/client'
import { Asked, Refused } from '../parts/Answers'
import { When } from '../parts/When'
import { Rows, useWord, WithReason, type Module } from './parts'

type Parked = Shape['ParkedMessage']

// Every module has the same three routes; the document of the API names each of them.
const routeOf = (module: Module) => `/api/operator/${module}/parked` as '/api/operator/trading/parked'
const retryOf = (module: Module) => `/api/operator/${module}/parked/{id}/retry` as '/api/operator/trading/parked/{id}/retry'
const answerOf = (module: Module) => `/api/operator/${module}/parked/{id}/answer` as '/api/operator/trading/parked/{id}/answer'

/** The messages that a module could not hear: tried again once the cause is mended, or a request answered by hand. */
export function ParkedOf({ module }: { module: Module }) {
  const { t } = useTranslation()
  const word = useWord()
  const [chosen, choose] = useState<Parked | null>(null)
  const parked = useAsked(['operating', 'parked', module], () => GET(routeOf(module)))
  const retry = useCommand(({ id }: { id: number }, key) => POST(retryOf(module), { params: { path: { id }, header: { 'Idempotency-Key': key } } }), 'operating', 'trade')
  const answer = useCommand(
    ({ id, ...body }: { id: number } & Shape['ByHand'], key) => POST(answerOf(module), { body, params: { path: { id }, header: { 'Idempotency-Key': key } } }),
    'operating',
    'trade',
  )
  return (
    <Stack gap="xs">
      <Heading order={3} size="h5">
        {t('operating.parked.at', { module: word('modules', module) })}
      </Heading>
      <Asked answer={parked}>
        {(messages) => (
          <Rows>
            {messages.map((message) => (
              <li key={message.id}>
                <Group justify="space-between" gap="xs" align="flex-start">
                  <Stack gap={2} style={{ flex: '1 1 16rem' }}>
                    <Text fw={600}>{message.verb ? word('verbs', message.verb) : message.type}</Text>
                    <Text size="sm" lang="en">
                      {message.reason}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {t('operating.parked.from', { module: word('modules', message.sender), count: message.seq })} · <When at={message.parkedAt} />
                    </Text>
                    {message.trade && (
                      <Anchor size="sm" component={Link} to={`/operating/trades/${message.trade}`}>
                        {t('operating.toTrade')}
                      </Anchor>
                    )}
                  </Stack>
                  <Group gap="xs">
                    <Button size="xs" disabled={retry.isPending} loading={retry.isPending && retry.variables.id === message.id} onClick={() => retry.mutate({ id: message.id })}>
                      {t('operating.errand.retry')}
                    </Button>
                    {message.answers.length > 0 && (
                      <Button size="xs" variant="default" onClick={() => choose(message)}>
                        {t('operating.parked.answer')}
                      </Button>
                    )}
                  </Group>
                </Group>
              </li>
            ))}
          </Rows>
        )}
      </Asked>
      {retry.error && <Refused refusal={retry.error} />}
      <Modal opened={chosen !== null} onClose={() => choose(null)} title={t('operating.parked.answer')} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        {chosen && <ByHand message={chosen} busy={answer.isPending} send={(body) => answer.mutate({ id: chosen.id, ...body }, { onSuccess: () => choose(null) })} />}
        {answer.error && <Refused refusal={answer.error} />}
      </Modal>
    </Stack>
  )
}

function ByHand({ message, busy, send }: { message: Parked; busy: boolean; send: (body: Shape['ByHand']) => void }) {
  const { t } = useTranslation()
  const [event, setEvent] = useState(message.answers[0]!.event)
  return (
    <WithReason how={t('operating.parked.answerHow')} button={t('operating.parked.answer')} busy={busy} send={(reason) => send({ event, reason })}>
      <Select
        label={t('operating.parked.what')}
        allowDeselect={false}
        value={event}
        data={message.answers.map((one) => ({ value: one.event, label: one.label }))}
        onChange={(value) => setEvent(value!)}
      />
    </WithReason>
  )
}
