import { Anchor, Button, Card, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useCommand } from '../api/asking'
import { GET, POST } from '../api/client'
import { useList } from '../api/lists'
import { Cover } from '../listing/Cover'
import { Asked, Empty } from '../parts/Answers'
import { More } from '../parts/More'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { When } from '../parts/When'

/** What one was told, newest first. */
export default function Notices() {
  const { t } = useTranslation()
  const notices = useList(['notice', 'all'], (cursor) => GET('/api/notices', { params: { query: cursor ? { cursor } : {} } }))
  const read = useCommand((_: null, key) => POST('/api/notices/read', { body: {}, params: { header: { 'Idempotency-Key': key } } }), 'notice')
  const unread = notices.data?.first?.unread ?? 0
  return (
    <OnlyFor>
      <Stack>
        <Group justify="space-between">
          <Title>{t('notices.title')}</Title>
          <Button variant="default" disabled={unread === 0} loading={read.isPending} onClick={() => read.mutate(null)}>
            {t('notices.readAll')}
          </Button>
        </Group>
        <Asked answer={notices} empty={({ items }) => items.length === 0 && <Empty title={t('notices.none')} />}>
          {({ items }) => (
            <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
              {items.map((notice) => (
                <Card
                  key={notice.id}
                  component="li"
                  withBorder
                  padding="sm"
                  style={notice.read ? undefined : { borderInlineStart: '4px solid var(--mantine-primary-color-filled)' }}
                >
                  <Group wrap="nowrap" align="flex-start">
                    <Cover listing={notice.listing} kind={notice.kind} />
                    <Stack gap={4}>
                      <Anchor component={Link} to={notice.trade ? `/trades/${notice.trade}` : `/listings/${notice.listing}`} c="inherit" fw={notice.read ? 400 : 600}>
                        {notice.count > 1 ? `${notice.text} (${t('notices.times', { count: notice.count })})` : notice.text}
                      </Anchor>
                      <Text size="xs" c="dimmed">
                        {notice.read ? '' : `${t('notices.new')} · `}
                        <When at={notice.at} />
                      </Text>
                    </Stack>
                  </Group>
                </Card>
              ))}
            </Stack>
          )}
        </Asked>
        <More of={notices} />
      </Stack>
    </OnlyFor>
  )
}
