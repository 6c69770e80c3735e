import { Card, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { Asked } from '../parts/Answers'
import { When } from '../parts/When'

/** What has come to somebody's phone, or mailbox: it is sent nowhere else. */
export function Inbox({ of, person }: { of: 'phone' | 'mailbox'; person: string }) {
  const { t } = useTranslation()
  // What is sent is news to its reader as a notice is.
  const inbox = useAsked(['notice', of, person], () => GET(of === 'phone' ? '/api/sandbox/phone' : '/api/sandbox/mailbox', { params: { query: { person } } }))
  return (
    <Asked answer={inbox}>
      {({ address, items }) => (
        <Stack gap="xs">
          <Text size="sm" c="dimmed">
            {address ?? t('lab.noPhone')}
          </Text>
          {items.length === 0 && <Text size="sm">{t(of === 'phone' ? 'lab.noSms' : 'lab.noMail')}</Text>}
          <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }} mah={320} className="scrolls" {...(items.length > 3 ? { tabIndex: 0, role: 'list' } : {})}>
            {items.map((one) => (
              <Card key={one.id} component="li" withBorder padding="xs" style={{ flexShrink: 0 }}>
                {one.subject && <Text fw={600}>{one.subject}</Text>}
                <Text size="sm">{one.trade ? <Link to={`/trades/${one.trade}`}>{one.text}</Link> : one.text}</Text>
                <Text size="xs" c="dimmed">
                  <When at={one.at} />
                </Text>
              </Card>
            ))}
          </Stack>
        </Stack>
      )}
    </Asked>
  )
}
