import { Alert, Button, Card, Group, List, Modal, Stack, Text, Textarea, Title } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand, useKind } from '../api/asking'
import { POST, type Kind, type Shape, type Trade } from '../api/client'
import { useAmounts } from '../parts/Amount'
import { Refused } from '../parts/Answers'
import { Card as CardField } from '../parts/Card'
import { ChosenPictures } from '../parts/ChosenPictures'
import { LinkButton } from '../parts/LinkButton'
import { useMoment, When } from '../parts/When'

type Move = Shape['MayDo']
type Row = Kind['moves'][number]

/** Pictures that a person can add to the reason of a dispute. More can be added while it is open. */
const mostWithReason = 5

interface Given {
  trade: Trade
  as: string
  /** takes the pictures that were chosen for a dispute, once it is open; none where the reader adds no pictures */
  addPictures?: (pictures: File[]) => void
}

/** Whose move it is. Mine are buttons; another's, or time's, is said in a sentence. */
export function NextStep({ trade, as, addPictures }: Given) {
  const { t } = useTranslation()
  const kind = useKind(trade.kind)
  const moment = useMoment()
  const [chosen, choose] = useState<Move | null>(null)
  // Kept until the move is made, so that after a failure it can be confirmed again as it was.
  const [reason, setReason] = useState('')
  const [pictures, setPictures] = useState<File[]>([])
  const act = useCommand(
    ({ move, body }: { move: string; body: Shape['MoveInputs'] }, key) =>
      POST('/api/trades/{id}/{move}', { body, params: { path: { id: trade.id, move }, header: { 'Idempotency-Key': key, 'If-Match': String(trade.revision) } } }),
    'trade',
    'listing',
    'operating',
  )
  const forget = () => {
    setReason('')
    setPictures([])
  }
  const send = (move: Move, body: Shape['MoveInputs'], evidence: File[] = []) =>
    act.mutate(
      { move: move.do, body },
      {
        onSuccess: () => {
          forget()
          if (evidence.length > 0) {
            addPictures?.(evidence)
          }
        },
        onSettled: () => choose(null),
      },
    )
  const giveUp = () => {
    forget()
    choose(null)
  }

  const state = kind?.states.find((one) => one.state === trade.state)
  const mine = trade.youMay.length > 0
  const awaitsMe = trade.awaits?.party === as
  const rowOf = (move: Move) => kind?.moves.find((row) => row.do === move.do && row.from.includes(trade.state))
  // As long as the table is not known, a move may be one that cannot be taken back.
  const asksFirst = (move: Move) => move.needs.length > 0 || !kind || isWeighty(kind, rowOf(move))
  const press = (move: Move) => {
    if (act.variables?.move !== move.do) {
      // What was written for one move is not sent with another.
      forget()
    }

    return asksFirst(move) ? choose(move) : send(move, {})
  }
  const told = trade.pending ? null : trade.waits

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
                <When at={due.at} /> ({moment(due.at)})
              </List.Item>
            ))}
          </List>
        )}
        {mine && (
          <Group>
            {trade.youMay.map((move, index) => (
              <Button
                key={move.do}
                // Of two decisions none is the one that is expected.
                variant={awaitsMe && (index === 0 || as === 'operator') ? 'filled' : 'default'}
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
      <Modal closeOnClickOutside={false} opened={chosen !== null} onClose={giveUp} title={chosen?.label} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        {chosen && (
          <Confirm
            trade={trade}
            kind={kind}
            row={rowOf(chosen)}
            move={chosen}
            busy={act.isPending}
            reason={reason}
            onReason={setReason}
            pictures={addPictures && <ChosenPictures pictures={pictures} most={mostWithReason} onChange={setPictures} />}
            send={(body) => send(chosen, body, pictures)}
          />
        )}
      </Modal>
    </Card>
  )
}

/** A move that is not just pressed: it moves money, starts a dispute, or is the last one. */
function isWeighty(kind: Kind, row: Row | undefined) {
  return row !== undefined && (movesMoney.some((verb) => row.ask.includes(verb)) || kind.states.some((one) => one.state === row.to && (one.isFinal || one.isDispute)))
}

const movesMoney = ['refund', 'pay-out', 'cancel-delivery', 'write-off-stock']

/** What a move does, in sentences, with the amounts. */
function useConsequences(trade: Trade, kind: Kind | undefined, row: Row | undefined) {
  const { t } = useTranslation()
  const amount = useAmounts()
  const { money, currency } = trade
  if (!kind || !row) {
    return []
  }

  const to = kind.states.find((one) => one.state === row.to)
  const back = money.held + money.seen
  return [
    ...(row.ask.includes('refund') && back > 0 ? [t('confirm.refund', { amount: amount(back, currency), name: trade.buyer.name })] : []),
    ...(row.ask.includes('pay-out') && money.held > 0
      ? [t('confirm.payOut', { amount: amount(money.held - money.fee, currency), fee: amount(money.fee, currency), name: trade.seller.name })]
      : []),
    ...(to?.isDispute ? [t('confirm.dispute', { amount: amount(money.held, currency) })] : []),
    ...(to?.isFinal ? [t('confirm.final')] : []),
  ]
}

interface Chosen {
  trade: Trade
  kind: Kind | undefined
  row: Row | undefined
  move: Move
  busy: boolean
  reason: string
  onReason: (reason: string) => void
  /** the choice of pictures for the reason of a dispute */
  pictures: ReactNode
  send: (body: Shape['MoveInputs']) => void
}

/** What a move does and what it needs, and the last moment to think again. */
function Confirm({ trade, kind, row, move, busy, reason, onReason, pictures, send }: Chosen) {
  const { t } = useTranslation()
  const consequences = useConsequences(trade, kind, row)
  const disputes = kind?.states.some((one) => one.state === row?.to && one.isDispute) ?? false
  const [card, setCard] = useState('ok')
  const needed = move.needs.find((need) => need.type === 'card')
  const why = disputes || move.needs.some((need) => need.name === 'reason')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send({ ...(needed ? { card } : {}), ...(reason.trim() ? { reason: reason.trim() } : {}) })
      }}
    >
      <Stack>
        {consequences.map((sentence) => (
          <Text key={sentence}>{sentence}</Text>
        ))}
        {needed && <CardField label={needed.label} value={card} onChange={setCard} />}
        <Textarea
          label={t(disputes ? 'confirm.problem' : 'trade.reason')}
          required={why}
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => onReason(event.currentTarget.value)}
        />
        {disputes && pictures && (
          <Stack gap="xs" role="group" aria-label={t('confirm.photos')}>
            <Text size="sm" fw={500}>
              {t('confirm.photos')}
            </Text>
            {pictures}
          </Stack>
        )}
        <Button type="submit" loading={busy} data-autofocus>
          {move.label}
        </Button>
      </Stack>
    </form>
  )
}
