import { Anchor, Card, Divider, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { useSandbox, useSignIn } from '../api/session'
import { Title } from '../parts/Title'
import { SamplePeople, SignInForm } from './SignInForm'

export default function SignIn() {
  const { t } = useTranslation()
  const go = useNavigate()
  const [wanted] = useSearchParams()
  const sandbox = useSandbox()
  const people = useAsked(['person', 'samples'], () => GET('/api/sandbox/people'), sandbox).data?.items ?? []
  const signIn = useSignIn()
  const then = wanted.get('then') ?? '/'
  // Only to a place of this market.
  const arrive = () => void go(/^\/(?![/\\])/.test(then) ? then : '/')
  return (
    <Stack maw={420} mx="auto">
      <Title>{t('signIn.title')}</Title>
      <Card withBorder>
        <SignInForm signIn={signIn} arrive={arrive}>
          <Text size="sm">
            {t('signIn.noAccount')}{' '}
            <Anchor component={Link} to="/sign-up" underline="always">
              {t('signIn.signUp')}
            </Anchor>
          </Text>
        </SignInForm>
      </Card>
      {people.length > 0 && (
        <Stack gap="xs">
          <Divider label={t('signIn.sandbox')} />
          <Group>
            <SamplePeople people={people} signIn={signIn} arrive={arrive} />
          </Group>
        </Stack>
      )}
    </Stack>
  )
}
