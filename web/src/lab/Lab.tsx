import { Card, SimpleGrid, Stack, Text, Title as Heading } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { useMe } from '../api/session'
import { Empty, Refused, Waiting } from '../parts/Answers'
import { LinkButton } from '../parts/LinkButton'
import { Title } from '../parts/Title'
import { Clock } from './Clock'
import { Faults } from './Faults'
import { Inbox } from './Inbox'
import { MoneyIn } from './MoneyIn'
import { Who } from './Who'

/** Where people play with the market: who they are, what time it is, what is broken. There is none outside of the sandbox. */
export default function Lab() {
  const { t } = useTranslation()
  const me = useMe()
  const clock = useAsked(['clock'], () => GET('/api/sandbox/clock'))
  return (
    <Stack>
      <Title>{t('lab.title')}</Title>
      {clock.data ? (
        <>
          <Text>{t('lab.what')}</Text>
          <SimpleGrid cols={{ base: 1, md: 2 }} style={{ alignItems: 'start' }}>
            <Stack>
              <Part title={t('lab.who')}>
                <Who />
              </Part>
              <Part title={t('lab.clock')}>
                <Clock clock={clock.data} />
              </Part>
              {me && (
                <Part title={t('lab.bank')}>
                  <MoneyIn />
                </Part>
              )}
              {me && (
                <Part title={t('lab.phone')}>
                  <Inbox of="phone" person={me.id} />
                </Part>
              )}
              {me && (
                <Part title={t('lab.mailbox')}>
                  <Inbox of="mailbox" person={me.id} />
                </Part>
              )}
            </Stack>
            <Part title={t('lab.faults')}>
              <Faults />
            </Part>
          </SimpleGrid>
        </>
      ) : clock.error?.problem.status === 404 ? (
        <Empty title={t('lab.none')}>
          <LinkButton to="/">{t('nowhere.home')}</LinkButton>
        </Empty>
      ) : clock.error ? (
        <Refused refusal={clock.error} again={() => void clock.refetch()} />
      ) : (
        <Waiting />
      )}
    </Stack>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Stack>
        <Heading order={2} size="h4">
          {title}
        </Heading>
        {children}
      </Stack>
    </Card>
  )
}
