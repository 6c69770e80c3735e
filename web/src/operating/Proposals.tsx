import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useCommand } from '../api/asking'
import { POST, type Shape } from '../api/client'
import { useMe } from '../api/session'
import { Amount } from '../parts/Amount'
import { Refused } from '../parts/Answers'
import { When } from '../parts/When'
import { Rows, WithReason } from './parts'

type Proposal = Shape['ProposalView']

/** Decisions about trades are confirmed where trades are, the rest where the money is. */
const routes = {
  trading: { confirm: '/api/operator/trading/proposals/{id}/confirm', decline: '/api/operator/trading/proposals/{id}/decline' },
  payments: { confirm: '/api/operator/payments/proposals/{id}/confirm', decline: '/api/operator/payments/proposals/{id}/decline' },
} as const

/** Acts on more money than one operator may move alone: another operator confirms or declines each of them. */
export function Proposals({ items }: { items: Proposal[] }) {
  const { t } = useTranslation()
  const me = useMe()
  const [chosen, choose] = useState<{ proposal: Proposal; to: 'confirm' | 'decline' } | null>(null)
  const decide = useCommand(
    ({ module, id, to, reason }: { module: string; id: string; to: 'confirm' | 'decline'; reason: string }, key) =>
      POST(routes[module === 'trading' ? 'trading' : 'payments'][to], {
        body: { reason },
        params: { path: { id }, header: { 'Idempotency-Key': key } },
      }),
    'operating',
    'trade',
  )
  const close = () => {
    decide.reset()
    choose(null)
  }
  return (
    <>
      <Rows>
        {items.map((proposal) => (
          <li key={proposal.id}>
            <Group justify="space-between" gap="xs" align="flex-start">
              <Stack gap={2}>
                <Text fw={600}>
                  {proposal.label}: <Amount minor={proposal.amount} currency={proposal.currency} />
                </Text>
                <Text size="sm">{t('operating.proposal.by', { name: proposal.proposedBy.name, reason: proposal.reason })}</Text>
                {proposal.to && <Text size="sm">{t(proposal.module === 'trading' ? 'operating.proposal.decision' : 'operating.proposal.to', { to: proposal.to })}</Text>}
                <Text size="sm" c="dimmed">
                  {t('operating.proposal.expires')} <When at={proposal.expiresAt} />
                </Text>
                {proposal.trade && (
                  <Anchor size="sm" component={Link} to={`/operating/trades/${proposal.trade}`}>
                    {t('operating.toTrade')}
                  </Anchor>
                )}
              </Stack>
              {proposal.proposedBy.id === me?.id ? (
                <Text size="sm" c="dimmed">
                  {t('operating.proposal.yours')}
                </Text>
              ) : (
                <Group gap="xs">
                  <Button size="xs" onClick={() => choose({ proposal, to: 'confirm' })}>
                    {t('operating.proposal.confirm')}
                  </Button>
                  <Button size="xs" variant="default" onClick={() => choose({ proposal, to: 'decline' })}>
                    {t('operating.proposal.decline')}
                  </Button>
                </Group>
              )}
            </Group>
          </li>
        ))}
      </Rows>
      <Modal opened={chosen !== null} onClose={close} title={chosen && t(`operating.proposal.${chosen.to}`)} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        {chosen && (
          <WithReason
            how={chosen.proposal.label}
            button={t(`operating.proposal.${chosen.to}`)}
            busy={decide.isPending}
            send={(reason) => decide.mutate({ module: chosen.proposal.module, id: chosen.proposal.id, to: chosen.to, reason }, { onSuccess: close })}
          />
        )}
        {decide.error && <Refused refusal={decide.error} />}
      </Modal>
    </>
  )
}
