import { Button, Card, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useCommand } from '../api/asking'
import { POST, type Shape } from '../api/client'
import { useSignIn } from '../api/session'
import { Refused } from '../parts/Answers'
import { Title } from '../parts/Title'

export default function SignUp() {
  const { t, i18n } = useTranslation()
  const go = useNavigate()
  const [given, setGiven] = useState({ name: '', email: '', password: '', phone: '' })
  const signUp = useCommand((body: Shape['SignUp']) => POST('/api/people', { body }))
  const signIn = useSignIn()
  const wrong = signUp.error?.fields ?? {}
  const field = (name: keyof typeof given) => ({
    value: given[name],
    onChange: (event: { currentTarget: { value: string } }) => setGiven({ ...given, [name]: event.currentTarget.value }),
    error: wrong[name],
  })
  const { email, password } = given
  return (
    <Stack maw={420} mx="auto">
      <Title>{t('signUp.title')}</Title>
      <Card withBorder>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            signUp.mutate(
              { name: given.name, email, password, language: i18n.language, ...(given.phone ? { phone: given.phone } : {}) },
              { onSuccess: () => signIn.mutate({ email, password }, { onSuccess: () => void go('/') }) },
            )
          }}
        >
          <Stack>
            <TextInput label={t('people.name')} autoComplete="name" required maxLength={80} {...field('name')} />
            <TextInput label={t('people.email')} type="email" autoComplete="email" required maxLength={254} {...field('email')} />
            <PasswordInput
              label={t('people.password')}
              description={t('people.passwordHow')}
              autoComplete="new-password"
              required
              minLength={12}
              maxLength={128}
              visibilityToggleButtonProps={{ 'aria-label': t('people.show') }}
              {...field('password')}
            />
            <TextInput label={t('people.phone')} description={t('people.phoneHow')} type="tel" autoComplete="tel" {...field('phone')} />
            {signUp.error && <Refused refusal={signUp.error} />}
            {signIn.error && <Refused refusal={signIn.error} />}
            <Button type="submit" loading={signUp.isPending || signIn.isPending}>
              {t('signUp.button')}
            </Button>
          </Stack>
        </form>
      </Card>
    </Stack>
  )
}
