import { Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { useMe } from '../api/session'
import { Waiting } from './Answers'
import { LinkButton } from './LinkButton'
import { Title } from './Title'

/** What only somebody who is signed in sees, or only an operator. */
export function OnlyFor({ operators = false, children }: { operators?: boolean; children: ReactNode }) {
  const { t } = useTranslation()
  const me = useMe()
  const here = useLocation()
  if (me === undefined) {
    return <Waiting />
  }

  if (me && (me.isOperator || !operators)) {
    return children
  }

  return (
    <Stack>
      <Title>{operators ? t('only.operators') : t('only.people')}</Title>
      <Group>
        <LinkButton to={`/sign-in?then=${encodeURIComponent(here.pathname + here.search)}`}>{t('shell.signIn')}</LinkButton>
      </Group>
    </Stack>
  )
}
