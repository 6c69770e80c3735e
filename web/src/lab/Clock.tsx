import { Button, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Shape } from '../api/client'
import { useMe, useNow } from '../api/session'
import { Refused } from '../parts/Answers'
import { useMoment, useSince } from '../parts/When'
import { useForward, useOpenTrades } from './asked'

/** The clock by which trades live. It only goes forward, for everybody at once. */
export function Clock({ clock }: { clock: Shape['ClockView'] }) {
  const { t } = useTranslation()
  const me = useMe()
  const now = useNow()
  const moment = useMoment()
  const span = useSpan()
  const since = useSince()
  const forward = useForward()
  const trades = useOpenTrades().data?.items ?? []
  const next = trades
    .flatMap((trade) => trade.next.map((due) => ({ trade, at: due.at })))
    .filter((due) => Date.parse(due.at) > now())
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at))[0]

  const toNext = () => forward.mutate(`${Math.max(1, Math.ceil((Date.parse(next!.at) - now()) / 1000))}s`)
  return (
    <Stack gap="sm">
      <Text role="status">{t('lab.now', { now: moment(new Date(now()).toISOString()) })}</Text>
      <Text size="sm">{clock.aheadSeconds > 0 ? t('lab.ahead', { span: span(clock.aheadSeconds) }) : t('lab.notAhead')}</Text>
      {me ? (
        <Group gap="xs">
          <Button variant="default" size="compact-md" disabled={forward.isPending} onClick={() => forward.mutate('1h')}>
            {t('lab.hour')}
          </Button>
          <Button variant="default" size="compact-md" disabled={forward.isPending} onClick={() => forward.mutate('1d')}>
            {t('lab.day')}
          </Button>
          <Button size="compact-md" disabled={forward.isPending || !next} onClick={toNext}>
            {t('lab.toNext')}
          </Button>
        </Group>
      ) : (
        <Text size="sm">{t('lab.asSomebody')}</Text>
      )}
      {me && (
        <Text size="sm" c="dimmed">
          {next ? (
            <>
              {t('lab.nextIs', { when: since(next.at) })} <Link to={`/trades/${next.trade.id}`}>{next.trade.listing.title}</Link>
            </>
          ) : (
            t('lab.noNext')
          )}
        </Text>
      )}
      {forward.error && <Refused refusal={forward.error} />}
    </Stack>
  )
}

/** A span of time in its largest units: 3 days, 2 hours. */
export function useSpan() {
  const { i18n } = useTranslation()
  return (seconds: number) => {
    const units = (
      [
        ['day', Math.floor(seconds / 86_400)],
        ['hour', Math.floor(seconds / 3600) % 24],
        ['minute', Math.floor(seconds / 60) % 60],
        ['second', seconds % 60],
      ] as const
    ).filter(([, count]) => count > 0)
    return units
      .slice(0, 2)
      .map(([unit, count]) => new Intl.NumberFormat(i18n.language, { style: 'unit', unit, unitDisplay: 'long' }).format(count))
      .join(' ')
  }
}
