import { Anchor, Badge, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useAsked, useKind } from '../api/asking'
import { GET, type Shape } from '../api/client'
import { Amount } from '../parts/Amount'
import { Asked, Empty } from '../parts/Answers'
import { When } from '../parts/When'
import { Line } from './AllTrades'
import { Part, Rows, SearchField, Section } from './parts'

/** One field for all that an operator may have been told: an email, a phone number, an order number, a reference, an account or an amount. */
export default function Find() {
  const { t } = useTranslation()
  const [wanted, want] = useSearchParams()
  const q = wanted.get('q') ?? ''
  return (
    <Part title={t('operating.parts.find')} about={t('operating.find.about')}>
      <SearchField key={q} label={t('operating.find.what')} longest={100} q={q} search={(word) => want(word ? { q: word } : {})} />
      {q && <Found q={q} />}
    </Part>
  )
}

function Found({ q }: { q: string }) {
  const { t } = useTranslation()
  const query = { params: { query: { q } } }
  const trades = useAsked(['trade', 'found', q], () => GET('/api/operator/views/trades', query))
  const people = useAsked(['operating', 'people', 'found', q], () => GET('/api/operator/views/people', query))
  const payments = useAsked(['operating', 'payments', 'found', q], () => GET('/api/operator/payments/find', query))
  const nothing = <Empty title={t('operating.find.none')} />
  return (
    <>
      <Section title={t('operating.find.trades')}>
        <Asked answer={trades} empty={({ items }) => items.length === 0 && nothing}>
          {({ items, next }) => (
            <>
              <Stack component="ul" p={0} m={0} gap="sm" style={{ listStyle: 'none' }}>
                {items.map((trade) => (
                  <Line key={trade.id} trade={trade} />
                ))}
              </Stack>
              {next !== null && <NotAll />}
            </>
          )}
        </Asked>
      </Section>
      <Section title={t('operating.find.people')}>
        <Asked answer={people} empty={({ items }) => items.length === 0 && nothing}>
          {({ items, next }) => (
            <>
              <Rows>
                {items.map((person) => (
                  <li key={person.id}>
                    <Anchor component={Link} to={`/operating/trades?person=${person.id}`}>
                      {person.name}
                    </Anchor>
                    <Text size="sm">{[person.email, person.phone].filter(Boolean).join(' · ')}</Text>
                  </li>
                ))}
              </Rows>
              {next !== null && <NotAll />}
            </>
          )}
        </Asked>
      </Section>
      <Section title={t('operating.find.payments')}>
        <Asked answer={payments} empty={(found) => found.payments.length + found.transfers.length === 0 && nothing}>
          {(found) => (
            <>
              <Rows>
                {found.payments.map((payment) => (
                  <Payment key={payment.trade} payment={payment} />
                ))}
                {found.transfers.map((transfer) => (
                  <li key={transfer.id}>
                    <Sum minor={transfer.amount} currency={transfer.currency} state={transfer.state} />
                    <Text size="sm">{t('operating.deposit.reference', { reference: transfer.reference, from: transfer.from || '–' })}</Text>
                    <Text size="sm" c="dimmed">
                      <When at={transfer.at} />
                    </Text>
                    {transfer.trade && <ToTrade id={transfer.trade} />}
                  </li>
                ))}
              </Rows>
              {found.partial && <NotAll />}
            </>
          )}
        </Asked>
      </Section>
    </>
  )
}

/** There is more than is shown. */
function NotAll() {
  const { t } = useTranslation()
  return <Text size="sm">{t('operating.find.partial')}</Text>
}

function Payment({ payment }: { payment: Shape['FoundPayment'] }) {
  const kind = useKind(payment.kind)
  return (
    <li>
      <Sum minor={payment.amount} currency={payment.currency} state={payment.standing} />
      <Text size="sm">{[kind?.title ?? payment.kind, payment.reference].filter(Boolean).join(' · ')}</Text>
      <ToTrade id={payment.trade} />
    </li>
  )
}

function Sum({ minor, currency, state }: { minor: number; currency: string; state: string }) {
  const { t } = useTranslation()
  return (
    <Group gap="xs">
      <Text fw={600}>
        <Amount minor={minor} currency={currency} />
      </Text>
      <Badge variant="light" color="gray" c="inherit">
        {t(`operating.find.states.${state as 'held'}`, { defaultValue: state })}
      </Badge>
    </Group>
  )
}

function ToTrade({ id }: { id: string }) {
  const { t } = useTranslation()
  return (
    <Anchor size="sm" component={Link} to={`/operating/trades/${id}`}>
      {t('operating.toTrade')}
    </Anchor>
  )
}
