import { Group, Modal, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { useSandbox, useSignIn } from '../api/session'
import { SamplePeople, SignInForm } from './SignInForm'

/** Signs in again in a dialog over the current page. If it is the same person, the page and its forms stay as they were. */
export default function SignInHere({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const signIn = useSignIn()
  const people = useAsked(['person', 'samples'], () => GET('/api/sandbox/people'), useSandbox()).data?.items ?? []
  return (
    <Modal opened onClose={close} title={t('signIn.again')} closeButtonProps={{ 'aria-label': t('answers.close') }}>
      <Stack>
        <Text size="sm">{t('signIn.againHow')}</Text>
        <SignInForm signIn={signIn} arrive={close} />
        <Group gap="xs">
          <SamplePeople people={people} signIn={signIn} arrive={close} />
        </Group>
      </Stack>
    </Modal>
  )
}
