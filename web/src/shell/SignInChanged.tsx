import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMe, type Person } from '../api/session'

/** Covers the page until it is loaded again as the person who is signed in now; null when another tab has signed out. */
export default function SignInChanged({ other }: { other: Person | null }) {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <Modal opened onClose={() => {}} withCloseButton={false} title={t('otherTab.title')}>
      <Stack>
        <Text size="sm">{other ? t('otherTab.another', { name: other.name }) : t('otherTab.signedOut')}</Text>
        {me && <Text size="sm">{t('otherTab.kept', { name: me.name })}</Text>}
        <Group>
          <Button onClick={() => location.reload()}>{other ? t('otherTab.goOn', { name: other.name }) : t('otherTab.leave')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
