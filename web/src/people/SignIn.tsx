import { Anchor, Button, Card, Divider, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { useSandbox, useSignIn } from '../api/session'
import { Refused } from '../parts/Answers'
import { Title } from '../parts/Title'

export default function SignIn() {
  const { t } = useTranslation()
  const go = useNavigate()
  const [wanted] = useSearchParams()
  const sandbox = useSandbox()
  const people = useAsked(['person', 'samples'], () => GET('/api/sandbox/people'), sandbox).data?.items ?? []
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useSignIn()
  const then = wanted.get('then') ?? '/'
  // Only to a place of this market.
  const arrive = () => void go(/^\/(?![/\\])/.test(then) ? then : '/')
  const wrong = signIn.error?.fields ?? {}
  return (
    <Stack maw={420} mx="auto">
      <Title>{t('signIn.title')}</Title>
      <Card withBorder>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            signIn.mutate({ email, password }, { onSuccess: arrive })
          }}
        >
          <Stack>
            <TextInput
              label={t('people.email')}
              type="email"
              autoComplete="username"
              required
              maxLength={254}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
              error={wrong.email}
            />
            <PasswordInput
              label={t('people.password')}
              autoComplete="current-password"
              required
              maxLength={128}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              error={wrong.password}
              visibilityToggleButtonProps={{ 'aria-label': t('people.show') }}
            />
            {signIn.error && <Refused refusal={signIn.error} />}
            <Button type="submit" loading={signIn.isPending}>
              {t('shell.signIn')}
            </Button>
            <Text size="sm">
              {t('signIn.noAccount')}{' '}
              <Anchor component={Link} to="/sign-up" underline="always">
                {t('signIn.signUp')}
              </Anchor>
            </Text>
          </Stack>
        </form>
      </Card>
      {people.length > 0 && (
        <Stack gap="xs">
          <Divider label={t('signIn.sandbox')} />
          <Group>
            {people.map((person) => (
              <Button key={person.id} variant="default" onClick={() => signIn.mutate({ person: person.name }, { onSuccess: arrive })}>
                {person.isOperator ? t('signIn.asOperator', { name: person.name }) : person.name}
              </Button>
            ))}
          </Group>
        </Stack>
      )}
    </Stack>
  )
}
