import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { useMe, useSignIn } from '../api/session'
import { Asked, Refused } from '../parts/Answers'

/** Who one is here: somebody of the samples, or anybody one names. */
export function Who() {
  const { t } = useTranslation()
  const me = useMe()
  const people = useAsked(['person', 'samples'], () => GET('/api/sandbox/people'))
  const [name, setName] = useState('')
  const become = useSignIn()
  return (
    <Stack gap="sm">
      <Text role="status">{me ? t('lab.youAre', { name: me.name }) : t('lab.youAreNobody')}</Text>
      <Asked answer={people}>
        {({ items }) => (
          <Group gap="xs">
            {items.map((person) => (
              <Button
                key={person.id}
                size="compact-md"
                variant={person.id === me?.id ? 'filled' : 'default'}
                aria-pressed={person.id === me?.id}
                disabled={become.isPending}
                onClick={() => become.mutate({ person: person.name })}
              >
                {person.isOperator ? t('signIn.asOperator', { name: person.name }) : person.name}
              </Button>
            ))}
          </Group>
        )}
      </Asked>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          become.mutate({ person: name.trim() }, { onSuccess: () => setName('') })
        }}
      >
        <Group align="flex-end" gap="xs">
          <TextInput label={t('lab.somebody')} required maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} flex={1} miw={180} />
          <Button type="submit" variant="default" loading={become.isPending}>
            {t('lab.become')}
          </Button>
        </Group>
      </form>
      {become.error && <Refused refusal={become.error} />}
    </Stack>
  )
}
