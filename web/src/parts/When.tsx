import { Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNow } from '../api/session'

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** A moment as seen from now, by the clock of the market: in 2 hours, yesterday. Under one minute it is now. */
export function useSince() {
  const { i18n } = useTranslation()
  const now = useNow()
  const [, tick] = useState(0)
  useEffect(() => {
    const every = setInterval(() => tick((n) => n + 1), 30_000)
    return () => clearInterval(every)
  }, [])
  return (at: string) => {
    const seconds = (Date.parse(at) - now()) / 1000
    const say = new Intl.RelativeTimeFormat(i18n.language, { numeric: 'auto' })
    const unit = units.find(([, size]) => Math.abs(seconds) >= size)
    return unit ? say.format(Math.round(seconds / unit[1]), unit[0]) : say.format(0, 'second')
  }
}

/** A moment as a calendar and a clock say it. */
export function useMoment() {
  const { i18n } = useTranslation()
  return (at: string) => new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}

/** A moment as a calendar says it. */
export function useDay() {
  const { i18n } = useTranslation()
  return (at: string) => new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(new Date(at))
}

/** A moment: how far away it is, and on asking exactly when. */
export function When({ at }: { at: string }) {
  const since = useSince()
  const exactly = useMoment()(at)
  return (
    <Tooltip label={exactly} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at} tabIndex={0}>
        {since(at)}
      </time>
    </Tooltip>
  )
}
