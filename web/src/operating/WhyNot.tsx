import { Alert, Badge, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsked, useKind } from '../api/asking'
import { GET, type Shape, type Trade } from '../api/client'
import { Asked } from '../parts/Answers'
import { When } from '../parts/When'
import { Rows, Section, useWord } from './parts'

type Move = Shape['ExplainedMove']

const parties = ['buyer', 'seller', 'operator'] as const

/** Why a button is not there: of every move of the table that the trade began with, whether a party may make it now, and if not, everything that stands in its way. */
export function WhyNot({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const word = useWord()
  const kind = useKind(trade.kind)
  const [party, be] = useState<string>('buyer')
  const answer = useAsked(['trade', trade.id, 'moves'], () => GET('/api/operator/trading/trades/{id}/moves', { params: { path: { id: trade.id } } }))
  return (
    <Section title={t('operating.why.title')}>
      <SegmentedControl aria-label={t('operating.why.whose')} value={party} onChange={be} data={parties.map((one) => ({ value: one, label: kind?.parties[one] ?? one }))} />
      <Asked answer={answer}>
        {({ items, unanswered, state }) => {
          const here = (move: Move) => move.from.some((from) => from.state === state.state)
          return (
            <Stack gap="sm">
              {unanswered.length > 0 && (
                <Alert color="blue">
                  {t('operating.why.waits')}{' '}
                  {unanswered.map((request) => t('operating.why.request', { verb: word('verbs', request.verb), module: word('modules', request.module) })).join(', ')}
                </Alert>
              )}
              <Rows>
                {[...items.filter(here), ...items.filter((move) => !here(move))].map((move, index) => {
                  const may = move.by === party && move.whyNot.length === 0
                  return (
                    <li key={index} data-move={move.do}>
                      <Group gap="xs" justify="space-between" wrap="nowrap" align="flex-start">
                        <Stack gap={0}>
                          <Text fw={600}>{move.label}</Text>
                          <Text size="sm">{may ? t('operating.why.may', { to: move.to.label }) : <Reasons move={move} party={party} parties={kind?.parties ?? {}} />}</Text>
                        </Stack>
                        <Badge variant="light" color={may ? 'teal' : 'gray'} c="inherit" style={{ flexShrink: 0 }}>
                          {may ? t('operating.why.yes') : t('operating.why.no')}
                        </Badge>
                      </Group>
                    </li>
                  )
                })}
              </Rows>
            </Stack>
          )
        }}
      </Asked>
    </Section>
  )
}

function Reasons({ move, party, parties }: { move: Move; party: string; parties: Record<string, string> }) {
  const { t } = useTranslation()
  const why = (reason: string) => move.whyNot.includes(reason)
  return (
    <>
      {[
        ...(why('other-state') ? [t('operating.why.otherState', { states: move.from.map((from) => from.label).join(', ') })] : []),
        ...(move.by && move.by !== party ? [t('operating.why.anothers', { party: parties[move.by] ?? move.by })] : []),
        ...(move.hears ? [t('operating.why.unheard', { answer: move.hears })] : []),
        ...(!move.by && !move.hears && !move.at ? [t('operating.why.byTime')] : []),
        ...(why('not-begun') ? [t('operating.why.notBegun')] : []),
        ...(why('pending') ? [t('operating.why.pending')] : []),
        ...(why('unpaid') ? [t('operating.why.unpaid')] : []),
        ...(why('unanswered') ? [t('operating.why.unanswered')] : []),
      ].join(' ')}
      {move.at && (
        <>
          {' '}
          {t('operating.why.at')} <When at={move.at} />
        </>
      )}
    </>
  )
}
