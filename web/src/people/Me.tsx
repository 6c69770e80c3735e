import { Button, Card, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand } from '../api/asking'
import { PATCH, POST, type Shape } from '../api/client'
import { useMe, useSignOut, type Person } from '../api/session'
import { Refused } from '../parts/Answers'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { languages } from '../texts'

/** Who one is, and where one is told. */
export default function Me() {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <OnlyFor>
      <Stack maw={420} mx="auto">
        <Title>{t('me.title')}</Title>
        {me && <Fields key={me.id} me={me} />}
        {me && <NewPassword />}
        {me && <SignOut />}
      </Stack>
    </OnlyFor>
  )
}

function Fields({ me }: { me: Person }) {
  const { t } = useTranslation()
  const [given, setGiven] = useState({ name: me.name, phone: me.phone ?? '', language: me.language })
  const change = useCommand((body: Shape['ChangeMe']) => PATCH('/api/people/me', { body }), 'person')
  const wrong = change.error?.fields ?? {}
  return (
    <Card withBorder>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(given)
        }}
      >
        <Stack>
          <Text size="sm">{me.email}</Text>
          <TextInput
            label={t('people.name')}
            required
            maxLength={80}
            value={given.name}
            onChange={(event) => setGiven({ ...given, name: event.currentTarget.value })}
            error={wrong.name}
          />
          <TextInput
            label={t('people.phone')}
            description={t('people.phoneHow')}
            type="tel"
            value={given.phone}
            onChange={(event) => setGiven({ ...given, phone: event.currentTarget.value })}
            error={wrong.phone}
          />
          <Select
            label={t('me.language')}
            allowDeselect={false}
            value={given.language}
            data={languages.map((value) => ({ value, label: t(`languages.${value}`) }))}
            onChange={(language) => setGiven({ ...given, language: language! })}
            error={wrong.language}
          />
          {change.error && <Refused refusal={change.error} />}
          <Button type="submit" loading={change.isPending}>
            {t('me.save')}
          </Button>
          {change.isSuccess && (
            <Text size="sm" role="status">
              {t('me.saved')}
            </Text>
          )}
        </Stack>
      </form>
    </Card>
  )
}

/** A new password, which signs the person out everywhere else. */
function NewPassword() {
  const { t } = useTranslation()
  const none = { current: '', new: '' }
  const [given, setGiven] = useState(none)
  const change = useCommand((body: Shape['NewPassword']) => POST('/api/people/me/password', { body }), 'person')
  const wrong = change.error?.fields ?? {}
  const field = (name: keyof typeof given) => ({
    required: true,
    maxLength: 128,
    visibilityToggleButtonProps: { 'aria-label': t('people.show') },
    value: given[name],
    onChange: (event: { currentTarget: { value: string } }) => setGiven({ ...given, [name]: event.currentTarget.value }),
    error: wrong[name],
  })
  return (
    <Card withBorder>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(given, { onSuccess: () => setGiven(none) })
        }}
      >
        <Stack>
          <PasswordInput label={t('me.password.current')} autoComplete="current-password" {...field('current')} />
          <PasswordInput label={t('me.password.new')} description={t('people.passwordHow')} autoComplete="new-password" minLength={12} {...field('new')} />
          {change.error && <Refused refusal={change.error} />}
          <Button type="submit" loading={change.isPending}>
            {t('me.password.change')}
          </Button>
          {change.isSuccess && (
            <Text size="sm" role="status">
              {t('me.password.changed')}
            </Text>
          )}
        </Stack>
      </form>
    </Card>
  )
}

function SignOut() {
  const { t } = useTranslation()
  const signOut = useSignOut()
  return (
    <>
      {signOut.error && <Refused refusal={signOut.error} />}
      <Button variant="default" loading={signOut.isPending} onClick={() => signOut.mutate(undefined)}>
        {t('shell.signOut')}
      </Button>
    </>
  )
}
