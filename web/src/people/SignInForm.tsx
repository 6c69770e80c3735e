import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { useSignIn } from '../api/session'
import { Refused } from '../parts/Answers'

interface Given {
  signIn: ReturnType<typeof useSignIn>
  arrive: () => void
  children?: ReactNode
}

/** E-mail and password. */
export function SignInForm({ signIn, arrive, children }: Given) {
  const { t } = useTranslation()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const wrong = signIn.error?.fields ?? {}
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        // A form within the answer to another form is not part of that one.
        event.stopPropagation()
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
        {children}
      </Stack>
    </form>
  )
}

/** The people of the sandbox, who have no password. */
export function SamplePeople({ people, signIn, arrive }: Omit<Given, 'children'> & { people: { id: string; name: string; isOperator: boolean }[] }) {
  const { t } = useTranslation()
  return people.map((person) => (
    <Button key={person.id} variant="default" onClick={() => signIn.mutate({ person: person.name }, { onSuccess: arrive })}>
      {person.isOperator ? t('signIn.asOperator', { name: person.name }) : person.name}
    </Button>
  ))
}
