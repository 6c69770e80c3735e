import { Alert, Button, Card, Group, List, Modal, Stack, Text, Textarea, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand, useKind } from '../api/asking'
import { POST, type Shape, type Trade } from '../api/client'
import { Refused } from '../parts/Answers'
import { Card as CardField } from '../parts/Card'
import { LinkButton } from '../parts/LinkButton'
import { When } from '../parts/When'

type Move = Shape['MayDo']

/** Whose move it is. Mine are buttons; another's, or time's, is said in a sentence. */
export function NextStep({ trade, as }: { trade: Trade; as: string }) {
  const { t } = useTranslation()
  const kind = useKind(trade.kind)
  const [chosen, choose] = useState<Move | null>(null)
  const act = useCommand(
    ({ move, body }: { move: string; body: Shape['MoveInputs'] }, key) =>
      POST('/api/trades/{id}/{move}', { body, params: { path: { id: trade.id, move }, header: { 'Idempotency-Key': key, 'If-Match': String(trade.revision) } } }),
    'trade',
    'listing',
    'operating',
  )
  const send = (move: Move, body: Shape['MoveInputs']) => act.mutate({ move: move.do, body }, { onSettled: () => choose(null) })

  const state = kind?.states.find((one) => one.state === trade.state)
  const mine = trade.youMay.length > 0
  const awaitsMe = trade.awaits?.party === as
  // As long as the table is not known, a move may be the last one.
  const ends = (move: Move) => !kind || kind.moves.some((row) => row.do === move.do && kind.states.some((one) => one.state === row.to && one.isFinal))
  const press = (move: Move) => (move.needs.length > 0 || ends(move) ? choose(move) : send(move, {}))
  const told = trade.pending ? null : (trade.awaits?.label ?? state?.waits)

  return (
    <Card withBorder padding="lg" style={awaitsMe ? { borderColor: 'var(--mantine-primary-color-filled)', borderWidth: 2 } : undefined}>
      <Stack>
        <Title order={2} size="h3" aria-live="polite">
          {trade.pending
            ? t('trade.pending', { move: trade.pending.label })
            : state?.isFinal
              ? trade.label
              : awaitsMe
                ? t('trade.yourMove')
                : trade.awaits
                  ? t('trade.waitingFor', { party: kind?.parties[trade.awaits.party] })
                  : t('trade.byItself')}
        </Title>
        {trade.pending && (
          <Alert color="blue" role="status">
            {t('trade.pendingText')} <When at={trade.pending.since} />
          </Alert>
        )}
        {told && <Text>{told}</Text>}
        {trade.next.length > 0 && !state?.isFinal && (
          <List size="sm">
            {trade.next.map((due) => (
              <List.Item key={due.do}>
                {`${kind?.moves.find((row) => row.do === due.do)?.label ?? due.do}: `}
                <When at={due.at} />
              </List.Item>
            ))}
          </List>
        )}
        {mine && (
          <Group>
            {trade.youMay.map((move, index) => (
              <Button
                key={move.do}
                variant={index === 0 && awaitsMe ? 'filled' : 'default'}
                loading={act.isPending && act.variables.move === move.do}
                disabled={act.isPending}
                onClick={() => press(move)}
              >
                {move.label}
              </Button>
            ))}
          </Group>
        )}
        {act.data?.proposal && (
          <Alert color="blue" role="status">
            {t('trade.proposed')} <When at={act.data.proposal.expiresAt} />
          </Alert>
        )}
        {act.error && <Refused refusal={act.error} />}
        {act.error?.problem.status === 503 && <Text size="sm">{t('trade.asItWas')}</Text>}
        {state?.isFinal && (
          <Group>
            <LinkButton to="/trades" variant="default">
              {t('trade.toMine')}
            </LinkButton>
          </Group>
        )}
      </Stack>
      <Modal opened={chosen !== null} onClose={() => choose(null)} title={chosen?.label} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        {chosen && <Confirm move={chosen} busy={act.isPending} send={(body) => send(chosen, body)} />}
      </Modal>
    </Card>
  )
}

/** What a move needs, and the last moment to think again. */
function Confirm({ move, busy, send }: { move: Move; busy: boolean; send: (body: Shape['MoveInputs']) => void }) {
  const { t } = useTranslation()
  const [card, setCard] = useState('ok')
  const [reason, setReason] = useState('')
  const needed = move.needs.find((need) => need.type === 'card')
  const why = move.needs.some((need) => need.name === 'reason')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send({ ...(needed ? { card } : {}), ...(reason.trim() ? { reason: reason.trim() } : {}) })
      }}
    >
      <Stack>
        {needed && <CardField label={needed.label} value={card} onChange={setCard} />}
        <Textarea label={t('trade.reason')} required={why} autosize minRows={2} maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <Button type="submit" loading={busy} data-autofocus>
          {move.label}
        </Button>
      </Stack>
    </form>
  )
}
