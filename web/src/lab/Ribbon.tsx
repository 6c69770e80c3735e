import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { useFaults } from './asked'
import { useSpan } from './Clock'

/** Says on every page that something is broken on purpose, or that it is later here than elsewhere, so that nobody wonders. */
export default function Ribbon() {
  const { t } = useTranslation()
  const span = useSpan()
  const here = useLocation().pathname
  const ahead = useAsked(['clock'], () => GET('/api/sandbox/clock')).data?.aheadSeconds ?? 0
  const broken = useFaults().data?.items.filter((fault) => fault.on).length ?? 0
  if ((ahead === 0 && broken === 0) || here === '/lab') {
    return null
  }

  return (
    <Text className="ribbon" size="sm" role="status">
      {[...(broken > 0 ? [t('lab.broken', { count: broken })] : []), ...(ahead > 0 ? [t('lab.ahead', { span: span(ahead) })] : [])].join(' ')}{' '}
      <Link to="/lab">{t('shell.lab')}</Link>
    </Text>
  )
}
