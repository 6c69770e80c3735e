import { Anchor, Badge, Button, Card, Group, Modal, SimpleGrid, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useAsked, useCommand } from '../api/asking'
import { GET, POST } from '../api/client'
import { useList } from '../api/lists'
import { Asked, Empty, Refused } from '../parts/Answers'
import { More } from '../parts/More'
import { When } from '../parts/When'
import { Part, SearchField, WithReason } from './parts'

/** People by a part of their name or address: who they are, and what they do here. */
export default function People() {
  const { t } = useTranslation()
  const [wanted, want] = useSearchParams()
  const q = wanted.get('q') ?? ''
  const [chosen, choose] = useState('')
  const people = useList(['operating', 'people', q], (cursor) => GET('/api/operator/views/people', { params: { query: { ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) } } }))
  return (
    <Part title={t('operating.parts.people')} about={t('operating.people.about')}>
      <SearchField key={q} label={t('operating.people.who')} longest={254} q={q} search={(word) => want(word ? { q: word } : {})} />
      <Asked answer={people} empty={({ items }) => items.length === 0 && <Empty title={t('operating.people.none')} />}>
        {({ items }) => (
          <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {items.map((person) => (
              <Card key={person.id} withBorder component="li" padding="sm">
                <Stack gap={2}>
                  <Group gap="xs">
                    <Text fw={600}>{person.name}</Text>
                    {person.isOperator && <Badge size="sm">{t('shell.operator')}</Badge>}
                  </Group>
                  <Text size="sm">{person.email}</Text>
                  <Text size="sm">{person.phone ?? t('operating.attention.undeliverable.noPhone')}</Text>
                  <Text size="sm" c="dimmed">
                    {[
                      t('operating.people.bought', { count: person.bought }),
                      t('operating.people.sold', { count: person.sold }),
                      t('operating.kinds.listings', { count: person.listings }),
                      t(`languages.${person.language as 'ko'}`, { defaultValue: person.language }),
                    ].join(' · ')}
                  </Text>
                  <Group gap="sm">
                    <Anchor size="sm" component={Link} to={`/operating/trades?person=${person.id}`}>
                      {t('operating.people.trades', { name: person.name })}
                    </Anchor>
                    {!person.isOperator && (
                      <Button size="compact-sm" variant="default" onClick={() => choose(person.id)}>
                        {t('operating.people.account')}
                      </Button>
                    )}
                  </Group>
                </Stack>
              </Card>
            ))}
          </SimpleGrid>
        )}
      </Asked>
      <More of={people} />
      <Modal opened={chosen !== ''} onClose={() => choose('')} title={t('operating.people.account')} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        {chosen && <Account key={chosen} id={chosen} done={() => choose('')} />}
      </Modal>
    </Part>
  )
}

/** Whether a person may take part, and the act that changes it. */
function Account({ id, done }: { id: string; done: () => void }) {
  const { t } = useTranslation()
  const account = useAsked(['operating person', id], () => GET('/api/operator/identity/people/{id}', { params: { path: { id } } }))
  const act = useCommand(
    ({ what, reason }: { what: 'suspend' | 'restore'; reason: string }, key) =>
      POST(`/api/operator/identity/people/{id}/${what}`, { params: { path: { id }, header: { 'Idempotency-Key': key } }, body: { reason } }),
    'operating',
  )
  return (
    <Asked answer={account}>
      {(person) => {
        const what = person.suspendedAt ? 'restore' : 'suspend'
        return (
          <Stack>
            {person.suspendedAt && (
              <Text size="sm">
                {t('operating.people.suspended')} (<When at={person.suspendedAt} />
                ). {t('operating.people.because', { reason: person.suspendedBecause })}
              </Text>
            )}
            <WithReason
              how={t(`operating.people.${what}How`, { name: person.name })}
              button={t(`operating.people.${what}`)}
              busy={act.isPending}
              send={(reason) => act.mutate({ what, reason }, { onSuccess: done })}
            />
            {act.error && <Refused refusal={act.error} />}
          </Stack>
        )
      }}
    </Asked>
  )
}
