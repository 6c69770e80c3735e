import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand } from '../api/asking'
import { GET, POST } from '../api/client'
import { everyPart } from '../api/lists'
import { Refused } from '../parts/Answers'
import { ActLines, routeOf, useActs } from './Acts'
import { modules, Section, WithReason } from './parts'

/** What operators noted and did about a trade, oldest first. Only operators see it. */
export function Notes({ trade }: { trade: string }) {
  const { t } = useTranslation()
  const [written, count] = useState(0)
  const acts = useActs(['operating trade', 'acts', trade], modules, async (module) =>
    (await everyPart((cursor) => GET(routeOf(module), { params: { query: { trade, limit: 100, ...(cursor ? { cursor } : {}) } } }))).flatMap(({ items }) => items),
  )
  const add = useCommand(
    ({ note }: { note: string }, key) => POST('/api/operator/trading/trades/{id}/notes', { body: { note }, params: { path: { id: trade }, header: { 'Idempotency-Key': key } } }),
    'operating',
  )
  return (
    <Section title={t('operating.notes.title')}>
      <ActLines acts={acts} empty={t('operating.notes.none')} oldestFirst />
      <WithReason
        // A new form for the next note.
        key={written}
        label={t('operating.notes.label')}
        button={t('operating.notes.add')}
        busy={add.isPending}
        send={(note) => add.mutate({ note }, { onSuccess: () => count(written + 1) })}
      />
      {add.error && <Refused refusal={add.error} />}
    </Section>
  )
}
