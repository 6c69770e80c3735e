import { Anchor, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAsked } from '../api/asking'
import { GET, type Shape } from '../api/client'
import { Empty, Refused, Waiting } from '../parts/Answers'
import { When } from '../parts/When'
import { Deposits } from './Deposits'
import { Errands } from './Errands'
import { ParkedOf } from './Parked'
import { Proposals } from './Proposals'
import { modules, Part, Rows, Section, useWord } from './parts'
import { Unbooked } from './Unbooked'

/** As many of each sort are shown; more than these is a bad day, and the first of them come first. */
const most = 100

/** What wants an operator: how much of each sort, and then each thing with what can be done about it. */
export default function Attention() {
  const { t } = useTranslation()
  const query = { params: { query: { limit: most } } }
  const seen = useAsked(['trade', 'attention'], () => GET('/api/operator/views/attention'))
  const rest = useAsked(['operating', 'rest'], () => GET('/api/operator/rest'))
  const errands = useAsked(['operating', 'errands'], () => GET('/api/operator/payments/attention', query))
  const deposits = useAsked(['operating', 'deposits'], () => GET('/api/operator/payments/deposits', query))
  const proposals = useAsked(['operating', 'proposals'], () => GET('/api/operator/payments/proposals', query))
  const decisions = useAsked(['operating', 'decisions'], () => GET('/api/operator/trading/proposals', query))
  const unbooked = useAsked(['operating', 'unbooked'], () => GET('/api/operator/payments/deposits/unbooked', query))
  const undeliverable = useAsked(['operating', 'undeliverable'], () => GET('/api/operator/notices/undeliverable', query))

  const of = (what: string) => seen.data?.items.filter((item) => item.what === what)
  const parking = modules.filter((module) => rest.data?.items.some((one) => one.module === module && one.parked > 0))
  const trades = (what: string) => {
    const items = of(what)
    return { count: items?.length, more: items?.length === most, shown: items && <Trades items={items} /> }
  }
  const listed = <T,>(answer: { data?: { items: T[]; next: string | null } | undefined }, show: (items: T[]) => ReactNode) => ({
    count: answer.data?.items.length,
    more: Boolean(answer.data?.next),
    shown: answer.data && show(answer.data.items),
  })
  const alarms = of('alarm')
  const sections = {
    alarms: { count: alarms?.length, more: false, shown: alarms && <Alarms items={alarms} /> },
    decide: trades('decide'),
    proposals: listed(together(proposals.data, decisions.data), (items) => <Proposals items={items} />),
    errands: listed(errands, (items) => <Errands items={items} />),
    parked: {
      count: rest.data?.items.reduce((sum, module) => sum + module.parked, 0),
      more: false,
      shown: parking.map((module) => <ParkedOf key={module} module={module} />),
    },
    deposits: listed(deposits, (items) => <Deposits items={items} />),
    unbooked: listed(unbooked, (items) => <Unbooked items={items} />),
    pending: trades('pending'),
    overdue: trades('overdue'),
    late: trades('late'),
    undeliverable: listed(undeliverable, (items) => <Undeliverable items={items} />),
  }
  const refused = [seen, rest, proposals, decisions, errands, deposits, unbooked, undeliverable].find((answer) => answer.error && !answer.data)
  const all = Object.entries(sections) as [keyof typeof sections, (typeof sections)['decide']][]
  const wanting = all.filter(([, { count }]) => count)
  const isKnown = all.every(([, { count }]) => count !== undefined)
  const say = ({ count, more }: { count: number | undefined; more: boolean }) => (count === undefined ? '…' : more ? `${count}+` : String(count))
  return (
    <Part title={t('operating.parts.attention')} about={t('operating.attention.about')}>
      {refused?.error && <Refused refusal={refused.error} again={() => void refused.refetch()} />}
      <ul className="counts" aria-label={t('operating.attention.counts')}>
        {all.map(([name, section]) => (
          <li key={name} data-some={section.count ? true : undefined}>
            <Text fz="xl" fw={700} lh={1.2}>
              {say(section)}
            </Text>
            {section.count ? (
              <Anchor href={`#${name}`} size="sm">
                {t(`operating.attention.${name}.title`)}
              </Anchor>
            ) : (
              <Text size="sm">{t(`operating.attention.${name}.title`)}</Text>
            )}
          </li>
        ))}
      </ul>
      {!isKnown && !refused && <Waiting />}
      {isKnown && wanting.length === 0 && <Empty title={t('operating.attention.none')} />}
      {wanting.map(([name, section]) => (
        <Section key={name} id={name} title={t(`operating.attention.${name}.title`)} count={say(section)}>
          <Text size="sm" c="dimmed">
            {t(`operating.attention.${name}.how`)}
          </Text>
          {section.shown}
        </Section>
      ))}
    </Part>
  )
}

/** Two lists as one, as far as both are known. */
function together<T>(one: { items: T[]; next: string | null } | undefined, other: { items: T[]; next: string | null } | undefined) {
  return { data: one && other && { items: [...one.items, ...other.items], next: one.next ?? other.next } }
}

function Alarms({ items }: { items: Shape['AttentionItem'][] }) {
  const { t } = useTranslation()
  const word = useWord()
  return (
    <Rows>
      {items.map((item) => (
        <li key={`${item.module} ${item.subject}`}>
          <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
            <Stack gap={0}>
              <Text size="sm" fw={600}>
                {word('modules', item.module)}
              </Text>
              <Text size="sm">{item.detail}</Text>
              {item.subject === 'integrity' && (
                <Anchor size="sm" component={Link} to="/operating/books">
                  {t('operating.parts.books')}
                </Anchor>
              )}
            </Stack>
            <Text size="sm" c="dimmed" style={{ flexShrink: 0 }}>
              <When at={item.at} />
            </Text>
          </Group>
        </li>
      ))}
    </Rows>
  )
}

function Trades({ items }: { items: Shape['AttentionItem'][] }) {
  return (
    <Rows>
      {items.map((item) => (
        <li key={item.trade}>
          <Group justify="space-between" gap="xs">
            <Stack gap={0}>
              <Anchor component={Link} to={`/operating/trades/${item.trade}`}>
                {item.detail}
              </Anchor>
              {item.person && <Text size="sm">{item.person.name}</Text>}
            </Stack>
            <Text size="sm" c="dimmed">
              <When at={item.at} />
            </Text>
          </Group>
        </li>
      ))}
    </Rows>
  )
}

function Undeliverable({ items }: { items: Shape['UndeliverableNotice'][] }) {
  const { t } = useTranslation()
  const word = useWord()
  return (
    <Rows>
      {items.map((notice) => (
        <li key={notice.id}>
          <Group justify="space-between" gap="xs">
            <Anchor component={Link} to={`/operating/people?q=${encodeURIComponent(notice.person.name)}`}>
              {notice.person.name}
            </Anchor>
            <Text size="sm" c="dimmed">
              {word('channels', notice.channel)} · {notice.phone ?? t('operating.attention.undeliverable.noPhone')} ·{' '}
              {notice.status === 'unknown' && `${t('operating.attention.undeliverable.unknown')} · `}
              <When at={notice.at} />
            </Text>
          </Group>
          <Text size="sm">{notice.text}</Text>
          {notice.trade && (
            <Anchor size="sm" component={Link} to={`/operating/trades/${notice.trade}`}>
              {t('operating.toTrade')}
            </Anchor>
          )}
        </li>
      ))}
    </Rows>
  )
}
