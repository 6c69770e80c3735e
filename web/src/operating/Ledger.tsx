import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { useList } from '../api/lists'
import { useAmounts } from '../parts/Amount'
import { Asked, Empty } from '../parts/Answers'
import { Chart, colors } from '../parts/Chart'
import { More } from '../parts/More'
import { When } from '../parts/When'
import { anId } from './Deposits'
import { Disputes, Turnover } from './Months'
import { Figures, Part, Rows, Section, useWord } from './parts'

/** The ledger: what each month brought, what the accounts of each sort hold, and every journal with its lines. */
export default function Ledger() {
  const { t } = useTranslation()
  const word = useWord()
  const amount = useAmounts()
  const [wanted, want] = useSearchParams()
  const trade = wanted.get('trade') ?? undefined
  const balances = useAsked(['operating', 'balances'], () => GET('/api/operator/payments/ledger/balances'))
  const journals = useList(['operating', 'ledger', trade], (cursor) =>
    GET('/api/operator/payments/ledger', { params: { query: { ...(trade ? { trade } : {}), ...(cursor ? { cursor } : {}) } } }),
  )
  return (
    <Part title={t('operating.parts.ledger')} about={t('operating.ledger.about')}>
      <Turnover />
      <Disputes />
      <Section title={t('operating.ledger.balances')}>
        <Asked answer={balances} empty={({ items }) => items.length === 0 && <Empty title={t('operating.ledger.none')} />}>
          {({ items, currency }) => (
            <>
              <Chart
                beside
                label={t('operating.ledger.chart')}
                // What is outside mirrors everything that ever came in: beside it nothing else could be seen.
                rows={items.filter((one) => !one.account.endsWith('-outside')).map((one) => ({ name: word('accounts', one.account), values: [one.amount] }))}
                series={[{ name: t('operating.ledger.balance'), color: colors.first }]}
                format={(minor) => amount(minor, currency)}
              />
              <Figures
                label={t('operating.ledger.balances')}
                heads={[t('operating.ledger.account'), t('operating.ledger.balance')]}
                rows={items.map((one) => ({ name: word('accounts', one.account), cells: [amount(one.amount, currency)] }))}
              />
            </>
          )}
        </Asked>
      </Section>
      <Section title={t('operating.ledger.journals')}>
        <OfTrade key={trade} trade={trade} choose={(id) => want(id ? { trade: id } : {})} />
        <Asked answer={journals} empty={({ items }) => items.length === 0 && <Empty title={t('operating.ledger.none')} />}>
          {({ items }) => (
            <Rows>
              {items.map((journal) => (
                <li key={journal.id}>
                  <Group justify="space-between" gap="xs" align="flex-start">
                    <Stack gap={0}>
                      <Text fw={600} size="sm">
                        {journal.label}
                      </Text>
                      <Text size="sm" c="dimmed">
                        <When at={journal.at} />
                      </Text>
                      {journal.trade && (
                        <Anchor size="sm" component={Link} to={`/operating/trades/${journal.trade}`}>
                          {t('operating.toTrade')}
                        </Anchor>
                      )}
                    </Stack>
                    <Stack gap={0} align="flex-end">
                      {journal.entries.map((entry) => (
                        <Text key={entry.account} size="sm">
                          {`${word('accounts', entry.account.split(':')[0]!)} ${amount(entry.amount, journal.currency)}`}
                        </Text>
                      ))}
                    </Stack>
                  </Group>
                </li>
              ))}
            </Rows>
          )}
        </Asked>
        <More of={journals} />
      </Section>
    </Part>
  )
}

function OfTrade({ trade, choose }: { trade: string | undefined; choose: (id: string) => void }) {
  const { t } = useTranslation()
  const [id, setId] = useState(trade ?? '')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        choose(id.trim())
      }}
    >
      <Group gap="xs" align="flex-end">
        <TextInput style={{ flex: '1 1 14rem' }} label={t('operating.trades.id')} pattern={` *${anId} *`} value={id} onChange={(event) => setId(event.currentTarget.value)} />
        <Button type="submit" variant="default">
          {t('operating.ledger.show')}
        </Button>
        {trade && (
          <Button variant="subtle" onClick={() => choose('')}>
            {t('operating.trades.all')}
          </Button>
        )}
      </Group>
    </form>
  )
}
