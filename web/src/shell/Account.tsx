import { Badge, Button, Menu, Modal, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useSignOut, type Person } from '../api/session'
import { Refused } from '../parts/Answers'

/** The person who is signed in: the way to their account, and out. */
export default function Account({ me }: { me: Person }) {
  const { t } = useTranslation()
  const signOut = useSignOut()
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            size="compact-md"
            className="account"
            rightSection={
              me.isOperator ? (
                <Badge size="xs" visibleFrom="sm">
                  {t('shell.operator')}
                </Badge>
              ) : null
            }
          >
            <Text span inherit truncate lh={1.5}>
              {me.name}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to="/me">
            {t('shell.me')}
          </Menu.Item>
          <Menu.Item onClick={() => signOut.mutate(undefined)}>{t('shell.signOut')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={signOut.isError} onClose={signOut.reset} title={t('shell.signOut')} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        {signOut.error && <Refused refusal={signOut.error} again={() => signOut.mutate(undefined)} />}
      </Modal>
    </>
  )
}
